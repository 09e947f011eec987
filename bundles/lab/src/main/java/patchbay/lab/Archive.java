package patchbay.lab;

import patchbay.lab.record.Fitted;
import patchbay.model.Offer;
import patchbay.model.Shelf;

/** A shelf that also finds the plugins of other days, by the hash of their bundle. */
public interface Archive extends Shelf {

    /**
     * The very plugin that {@code fitted} names: from the bundle with that hash, brought back beside the present one if
     * need be.
     *
     * @throws patchbay.tensor.UserError if that bundle is not kept
     */
    Offer find(Fitted fitted);

    /** Calls {@code listener} after plugins came or went, on any thread, until it is closed. */
    AutoCloseable onChange(Runnable listener);
}
