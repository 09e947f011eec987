package patchbay.model;

import java.util.function.Supplier;
import patchbay.tensor.ShapeError;
import patchbay.tensor.UserError;

/** What a plugin does not like about its options or the model's sizes, with its place. */
final class Misfit extends UserError {

    private static final long serialVersionUID = 1L;

    private Misfit(String message, UserError cause) {
        super(message, cause);
    }

    /** What the plugin of {@code fitting} answers; what it refuses is told with its place. */
    static <T> T located(Fitting fitting, Supplier<T> answer) {
        try {
            return answer.get();
        } catch (ShapeError | Misfit located) {
            throw located;
        } catch (UserError error) {
            throw new Misfit(error.getMessage() + " (" + fitting.place() + ")", error);
        }
    }
}
