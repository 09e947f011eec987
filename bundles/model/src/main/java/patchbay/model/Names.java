package patchbay.model;

import patchbay.tensor.UserError;

/** What tokens and domains are called, for plugins that are told of them by name. */
public interface Names {

    /**
     * The number of the token that {@code text} is.
     *
     * @throws UserError if it is none, or more than one
     */
    int token(String text);

    /**
     * For each token 1 if its text ends with one of {@code characters}, or if it ends a document, else 0; of length 0 where tokens have no
     * text.
     */
    default int[] ends(String characters) {
        return new int[0];
    }

    /** @throws UserError if there is no such domain */
    int domain(String name);

    /** Where nothing has a name: names are refused. */
    static Names none() {
        return new Names() {
            @Override
            public int token(String text) {
                throw new UserError("tokens have no names here, '" + text + "' neither; write their numbers: #32");
            }

            @Override
            public int domain(String name) {
                throw new UserError("domains have no names here, '" + name + "' neither; write their numbers: #5");
            }
        };
    }
}
