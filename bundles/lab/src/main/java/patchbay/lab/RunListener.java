package patchbay.lab;

import patchbay.lab.record.Event;
import patchbay.lab.record.Measurement;

/** Is told what a run does, on the run's thread; it must be quick and must not throw. */
public interface RunListener {

    default void measured(Run run, Measurement measurement) {}

    default void happened(Run run, Event event) {}

    default void ended(Run run) {}
}
