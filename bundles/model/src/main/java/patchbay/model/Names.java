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
