/** The page that shows a run. */
package patchbay.lab.report;
