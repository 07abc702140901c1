// Vega with what the explorer draws with, and its interpreter: no code made from strings.
import { transforms } from "vega-dataflow";
import * as encode from "vega-encode";
import { expressionInterpreter } from "vega-interpreter";
import { parse } from "vega-parser";
import * as transform from "vega-transforms";
import { View } from "vega-view";
import * as layout from "vega-view-transforms";

Object.assign(transforms, encode, layout, transform);
export { View, expressionInterpreter, parse };
