/** Hot deployment from a folder, and where the code of every bundle comes from. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package patchbay.deploy;
