package patchbay.spi;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says of an {@link Expert} that it wants to join models in training when its bundle is installed, and leave them when it is removed, without
 * being asked for: as an extra expert called by its {@link Plugin} name, with its options at their defaults. Only a model that is open to
 * that ({@code model.joining: true}) lets it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Joins {}
