// ui.js - what pages are made of: import from here.
export { armColor, armSymbol, figureStyle, ink } from "./colors.js";
export { frame, rowsOf, studyOf, visitPlace } from "./data.js";
export { armLegend, badge, h, plainTable, scroller, table, visitName } from "./dom.js";
export { figure } from "./figure.js";
export { group } from "./group.js";
export { flowNotes, noteText } from "./notes.js";
export { pageAddress, render } from "./frame.js";
export { clip, columnWords, commandName, count, dictionary, isolated, label, languageCode, listed, moment, number, percent, pValue } from "./words.js";
