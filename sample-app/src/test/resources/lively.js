// Whether the page is worth a picture: of the visible lots one is sold, one nearly, and one led by this visitor; and no
// animation is running. The visitor bids on the third lot whenever another leads.
const lots = [...document.querySelectorAll('.lot')].slice(0, 6);
const count = (selector) => lots.filter((lot) => lot.matches(selector)).length;
document.querySelector('.lot:nth-child(3):not(.mine) .quick button')?.click();
const still = lots.every((lot) => lot.getAnimations().every(({ playState }) => playState === 'finished'));
return still && count('[data-phase="SOLD"]') === 1 && count('.mine[data-phase="OPEN"]') === 1
		&& count('[data-call$="e"]') >= 1 && document.querySelectorAll('#ledger li').length >= 7;
