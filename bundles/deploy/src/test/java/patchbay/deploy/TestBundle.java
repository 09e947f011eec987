package patchbay.deploy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A bundle of one class, {@code sample.Thing}, whose {@code toString()} is the given text. */
record TestBundle(String name, String version, String text, Map<String, String> headers) {

    static final String PLUGIN = "osgi.service;objectClass:List<String>=\"patchbay.spi.Router\"";

    static TestBundle plugin(String name, String version) {
        return new TestBundle(name, version, version, Map.of("Provide-Capability", PLUGIN));
    }

    TestBundle with(String header, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new TestBundle(name, version, text, more);
    }

    TestBundle saying(String other) {
        return new TestBundle(name, version, other, headers);
    }

    /** Written beside and moved, as a careful user does. */
    void moveTo(Path file) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".part");
        Files.write(beside, bytes());
        Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    byte[] bytes() throws IOException {
        var manifest = new Manifest();
        var main = manifest.getMainAttributes();
        main.putValue("Manifest-Version", "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", name);
        main.putValue("Bundle-Version", version);
        headers.forEach(main::putValue);
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(bytes, manifest)) {
            jar.putNextEntry(new JarEntry("sample/Thing.class"));
            jar.write(thing());
        }
        return bytes.toByteArray();
    }

    private byte[] thing() {
        return ClassFile.of().build(ClassDesc.of("sample.Thing"), type -> type
                .withFlags(ClassFile.ACC_PUBLIC)
                .withMethodBody(ConstantDescs.INIT_NAME, ConstantDescs.MTD_void, ClassFile.ACC_PUBLIC, code -> code
                        .aload(0).invokespecial(ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void).return_())
                .withMethodBody("toString", MethodTypeDesc.of(ConstantDescs.CD_String), ClassFile.ACC_PUBLIC, code -> code
                        .loadConstant(text).areturn()));
    }
}
