/**
 * The bounds of the HTTP edge: crowds, slow and foreign clients, requests that are none.
 *
 * <p>Where a bound must be small, the edge runs within the test. Start reading at {@link
 * dev.everbrook.server.acceptance.edge.ForeignRequestsTest}.
 */
@NullMarked
package dev.everbrook.server.acceptance.edge;

import org.jspecify.annotations.NullMarked;
