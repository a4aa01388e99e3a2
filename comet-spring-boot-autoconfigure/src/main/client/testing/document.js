// As much of a document as React needs to render elements with text.

class FakeNode extends EventTarget {
	childNodes = [];
	parentNode = null;
	namespaceURI = 'http://www.w3.org/1999/xhtml';
	#text = '';

	constructor(ownerDocument, name, nodeType = 1) {
		super();
		Object.assign(this, { ownerDocument, nodeName: name.toUpperCase(), nodeType });
	}

	get tagName() {
		return this.nodeName;
	}

	get textContent() {
		return this.#text + this.childNodes.map((child) => child.textContent).join('');
	}

	set textContent(text) {
		this.childNodes = [];
		this.#text = text;
	}

	get nodeValue() {
		return this.#text;
	}

	set nodeValue(text) {
		this.#text = text;
	}

	appendChild(child) {
		this.childNodes.push(child);
		child.parentNode = this;
		return child;
	}

	removeChild(child) {
		this.childNodes = this.childNodes.filter((other) => other !== child);
		child.parentNode = null;
		return child;
	}

	setAttribute() {}
}

export function container() {
	const document = new EventTarget();
	Object.assign(document, {
		nodeType: 9,
		defaultView: { document, HTMLIFrameElement: class {} },
		createElement: (name) => new FakeNode(document, name),
		createTextNode: (text) => Object.assign(new FakeNode(document, '#text', 3), { nodeValue: text }),
	});
	return document.createElement('main');
}
