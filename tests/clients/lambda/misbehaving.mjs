// Functions that break the rules of triggers, whichever trigger they stand for.

import { recorded } from "./journal.mjs";

export const Throws = recorded("Throws", () => {
  throw new Error("My error");
});
export const Stalls = recorded("Stalls", () => new Promise(() => {}));
export const ReturnsNull = recorded("ReturnsNull", () => null);
export const ReturnsText = recorded("ReturnsText", () => "done");
export const ReturnsList = recorded("ReturnsList", (event) => [event]);
export const ReturnsOtherResponse = recorded("ReturnsOtherResponse", (event) => ({ ...event, response: "done" }));
export const ReturnsMuch = recorded("ReturnsMuch", (event) => ({ ...event, padding: "m".repeat(7_000_000) }));
export const RenamesUser = recorded("RenamesUser", (event) => ({ ...event, userName: "mallory" }));
