// Plots: <figure class="plot" data-plot="id of a <script type=application/json>">; see plot() for what it holds.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

window.uPlot = uPlot;
