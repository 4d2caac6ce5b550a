// ui.js - what pages are made of: import from here.
export { armColor, armSymbol, figureStyle, ink } from "./colors.js";
export { frame, rowsOf, studyOf } from "./data.js";
export { armLegend, badge, h, plainTable, scroller, table } from "./dom.js";
export { figure } from "./figure.js";
export { pageAddress, render } from "./frame.js";
export { clip, columnWords, count, dictionary, isolated, label, languageCode, moment, number, percent, pValue } from "./words.js";
