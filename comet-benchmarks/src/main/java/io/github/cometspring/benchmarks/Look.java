package io.github.cometspring.benchmarks;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Shape;
import java.awt.Stroke;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;

import org.jfree.chart.util.ShapeUtils;

/**
 * The style of a server's line. The colours are those of Okabe and Ito, which are safe
 * for colour-blind readers; shapes and dashes differ as well.
 *
 * @param color the colour
 * @param shape the mark of a point
 * @param stroke the line
 */
record Look(Color color, Shape shape, Stroke stroke) {

	private static final Stroke THICK = new BasicStroke(3);

	private static final Stroke PLAIN = new BasicStroke(1.6f);

	private static final Stroke DASHED = new BasicStroke(1.6f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1,
			new float[] { 6, 4 }, 0);

	static Look of(ServerKind server) {
		return switch (server) {
			case COMET -> new Look(new Color(0xD55E00), circle(5), THICK);
			case COMET_CHAIN -> new Look(new Color(0xD55E00), ShapeUtils.createUpTriangle(5), DASHED);
			case COMET_SECURITY, COMET_JWT -> new Look(new Color(0xCC79A7), ShapeUtils.createDownTriangle(5), DASHED);
			case COMET_MIXED -> new Look(new Color(0xD55E00), square(4), DASHED);
			case COMET_OWN -> new Look(new Color(0xD55E00), ShapeUtils.createDiagonalCross(4, 0.8f), PLAIN);
			case COMET_PROMETHEUS -> new Look(new Color(0xD55E00), ShapeUtils.createUpTriangle(5), PLAIN);
			case COMET_UNMETERED -> new Look(new Color(0xD55E00), ShapeUtils.createDownTriangle(5), PLAIN);
			case COMET_PUBLISH -> new Look(new Color(0xD55E00), circle(3), DASHED);
			case COMET_REDIS -> new Look(new Color(0xD55E00), ShapeUtils.createDiamond(5), DASHED);
			case WEBFLUX -> new Look(new Color(0x0072B2), square(4), PLAIN);
			case NETTY -> new Look(Color.DARK_GRAY, ShapeUtils.createDiagonalCross(4, 0.8f), DASHED);
			case COMET_URING -> new Look(new Color(0xD55E00), square(4), PLAIN);
			case COMET_CDS -> new Look(new Color(0xD55E00), ShapeUtils.createDiamond(5), PLAIN);
			case FLOOR -> new Look(Color.BLACK, circle(3), DASHED);
			case FLOOR_PUMP -> new Look(Color.BLACK, ShapeUtils.createUpTriangle(4), DASHED);
			case VERTX -> new Look(new Color(0xCC79A7), ShapeUtils.createUpTriangle(5), PLAIN);
			case BUN -> new Look(new Color(0xE69F00), ShapeUtils.createDownTriangle(5), PLAIN);
			case COMETD -> new Look(new Color(0x56B4E9), ShapeUtils.createDiamond(5), PLAIN);
			case NCHAN -> new Look(new Color(0x009E73), ShapeUtils.createRegularCross(4, 1.2f), PLAIN);
		};
	}

	private static Shape circle(double radius) {
		return new Ellipse2D.Double(-radius, -radius, 2 * radius, 2 * radius);
	}

	private static Shape square(double half) {
		return new Rectangle2D.Double(-half, -half, 2 * half, 2 * half);
	}

}
