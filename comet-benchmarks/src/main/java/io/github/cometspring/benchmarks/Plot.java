package io.github.cometspring.benchmarks;

import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;

import javax.imageio.ImageIO;

import org.apache.batik.dom.GenericDOMImplementation;
import org.apache.batik.svggen.SVGGraphics2D;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.LegendItem;
import org.jfree.chart.LegendItemCollection;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.CombinedRangeCategoryPlot;
import org.jfree.chart.renderer.category.LineAndShapeRenderer;
import org.jfree.data.category.DefaultCategoryDataset;

/**
 * Plots the cost of a delivery by the number of clients: a panel for each dialect, a line
 * for each server.
 */
final class Plot {

	private static final int PANEL = 230;

	private static final int MARGIN = 90;

	private static final int HEIGHT = 520;

	// Pixels of the image for each pixel of the drawing
	private static final int DENSITY = 2;

	private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);

	private static final Shape LINE = new Line2D.Double(-14, 0, 14, 0);

	private final Results results;

	private final List<ServerKind> servers;

	private int panels;

	Plot(Results results) {
		this.results = results;
		this.servers = results.cases().stream().map(Results.Case::server).distinct().sorted().toList();
	}

	/**
	 * Writes {@code results.png} and {@code results.svg}, if there are results to plot.
	 */
	void write(Path folder) throws IOException {
		CombinedRangeCategoryPlot all = new CombinedRangeCategoryPlot(costs());
		all.setGap(14);
		for (Measure measure : Measure.values()) {
			if (measure.isFanOut()) {
				for (int window : this.results.windows(measure)) {
					all.add(panel(measure, window));
					this.panels++;
				}
			}
		}
		if (this.panels == 0) {
			return;
		}
		all.setFixedLegendItems(legend());
		JFreeChart chart = new JFreeChart("CPU time of the server for each message delivered, by the number of clients",
				FONT.deriveFont(Font.BOLD, 15), all, true);
		chart.setBackgroundPaint(Color.WHITE);
		chart.getLegend().setItemFont(FONT);
		chart.getLegend().setFrame(BlockBorder.NONE);
		writePng(chart, folder.resolve("results.png"));
		writeSvg(chart, folder.resolve("results.svg"));
	}

	private static LogAxis costs() {
		LogAxis axis = new LogAxis("CPU µs per delivery (logarithmic)");
		axis.setBase(2);
		axis.setTickUnit(new NumberTickUnit(1));
		axis.setNumberFormatOverride(new DecimalFormat("0.##", DecimalFormatSymbols.getInstance(Locale.ROOT)));
		axis.setTickLabelFont(FONT);
		axis.setLabelFont(FONT);
		axis.setMinorTickMarksVisible(false);
		return axis;
	}

	private CategoryPlot panel(Measure measure, int window) {
		DefaultCategoryDataset costs = new DefaultCategoryDataset();
		for (ServerKind server : this.servers) {
			for (Results.Case each : this.results.cases()) {
				if (each.measure() == measure && each.window() == window && each.server() == server) {
					costs.addValue(this.results.median(each, "srv_us_per_delivery"), server,
							"%,d".formatted(each.clients()));
				}
			}
		}
		CategoryAxis clients = new CategoryAxis(
				measure.isWindowed() ? "%s, %d in flight".formatted(measure, window) : measure.toString());
		clients.setLabelFont(FONT.deriveFont(Font.BOLD));
		clients.setTickLabelFont(FONT);
		clients.setCategoryMargin(0);
		CategoryPlot plot = new CategoryPlot(costs, clients, null, renderer(costs));
		plot.setBackgroundPaint(Color.WHITE);
		plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
		plot.setOutlinePaint(Color.GRAY);
		return plot;
	}

	private LineAndShapeRenderer renderer(DefaultCategoryDataset costs) {
		LineAndShapeRenderer renderer = new LineAndShapeRenderer();
		for (int row = 0; row < costs.getRowCount(); row++) {
			Look look = Look.of((ServerKind) costs.getRowKey(row));
			renderer.setSeriesPaint(row, look.color());
			renderer.setSeriesShape(row, look.shape());
			renderer.setSeriesStroke(row, look.stroke());
		}
		return renderer;
	}

	private LegendItemCollection legend() {
		LegendItemCollection items = new LegendItemCollection();
		for (ServerKind server : this.servers) {
			Look look = Look.of(server);
			LegendItem item = new LegendItem(server.toString(), null, null, null, true, look.shape(), true,
					look.color(), false, look.color(), look.stroke(), true, LINE, look.stroke(), look.color());
			items.add(item);
		}
		return items;
	}

	private Dimension size() {
		return new Dimension(MARGIN + PANEL * Math.max(2, this.panels), HEIGHT);
	}

	private void writePng(JFreeChart chart, Path file) throws IOException {
		Dimension size = size();
		BufferedImage image = new BufferedImage(DENSITY * size.width, DENSITY * size.height,
				BufferedImage.TYPE_INT_RGB);
		Graphics2D graphics = image.createGraphics();
		graphics.scale(DENSITY, DENSITY);
		chart.draw(graphics, new Rectangle2D.Double(0, 0, size.width, size.height));
		graphics.dispose();
		ImageIO.write(image, "png", file.toFile());
	}

	private void writeSvg(JFreeChart chart, Path file) throws IOException {
		var document = GenericDOMImplementation.getDOMImplementation()
			.createDocument(SVGGraphics2D.SVG_NAMESPACE_URI, "svg", null);
		SVGGraphics2D graphics = new SVGGraphics2D(document);
		graphics.setSVGCanvasSize(size());
		chart.draw(graphics, new Rectangle2D.Double(0, 0, size().width, size().height));
		try (var writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
			graphics.stream(writer, true);
		}
	}

}
