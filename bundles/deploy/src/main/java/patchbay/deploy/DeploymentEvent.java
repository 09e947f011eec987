package patchbay.deploy;

/** What became of a file of {@code load/}. */
public sealed interface DeploymentEvent {

    /** The file's name, without its folder. */
    String file();

    /**
     * A new jar is in use.
     *
     * @param plugin false for a bundle that resolves but offers nothing that a socket takes
     */
    record Installed(String file, Origin origin, boolean plugin) implements DeploymentEvent {}

    /** The jar was replaced and the new one is in use; classes of the old one are gone. */
    record Updated(String file, Origin before, Origin origin, boolean plugin) implements DeploymentEvent {}

    /** The file was taken away, and its bundle uninstalled. */
    record Removed(String file, Origin before) implements DeploymentEvent {}

    /** The file is not used, and why; what stood in its place before still does. */
    record Refused(String file, String reason) implements DeploymentEvent {}
}
