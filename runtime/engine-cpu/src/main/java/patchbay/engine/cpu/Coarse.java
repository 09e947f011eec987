package patchbay.engine.cpu;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks a kernel that prepares something in every call (it packs a matrix): its rows are split once for each thread, no finer. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Coarse {

    /** How that is prepared apart from the rest, where there is a way: one class or none. */
    Class<? extends Prepared>[] by() default {};
}
