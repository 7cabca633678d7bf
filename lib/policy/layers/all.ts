import { budget } from "./budget";
import { catalogue } from "./catalogue";
import { guardrail } from "./guardrail";
import type { LayerCompiler } from "./layer";
import { mandate } from "./mandate";
import { nearThreshold } from "./near-threshold";
import { registry } from "./registry";
import { tier } from "./tier";

/** The layers in the order in which their findings are reported. The order decides no outcome. */
export const allLayers: readonly LayerCompiler[] = [
  registry,
  catalogue,
  mandate,
  guardrail,
  tier,
  budget,
  nearThreshold,
];
