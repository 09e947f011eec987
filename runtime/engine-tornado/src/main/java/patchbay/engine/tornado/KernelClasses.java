package patchbay.engine.tornado;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The classes of kernels that TornadoVM is given, as long as a program uses them, and their class files where it looks for
 * them. It reads a kernel's annotations from a file that it asks the system's class loader for, which sees no bundle: but
 * a folder on the class path, whose files are looked up anew each time.
 */
final class KernelClasses {

    private static final class Known {
        private final Class<?> copy;
        private int users;

        Known(Class<?> copy) {
            this.copy = copy;
        }
    }

    /** The classes that one program uses. */
    final class Lease {

        private final Set<Class<?>> used = new LinkedHashSet<>();

        /** What TornadoVM is to be given for {@code kernel}. */
        Method of(Method kernel) {
            synchronized (KernelClasses.this) {
                var owner = kernel.getDeclaringClass();
                var there = known.computeIfAbsent(owner, KernelClasses.this::copy);
                if (used.add(owner)) {
                    there.users++;
                }
                return KernelCopy.of(there.copy, kernel);
            }
        }

        void close() {
            synchronized (KernelClasses.this) {
                used.forEach(KernelClasses.this::release);
                used.clear();
            }
        }
    }

    private final Tornado tornado;
    private final Path folder;
    private final Map<Class<?>, Known> known = new HashMap<>();
    /** Names of classes whose files are in the folder. */
    private final Set<String> written = new LinkedHashSet<>();
    private int copies;

    /** @param folder on the class path */
    KernelClasses(Tornado tornado, Path folder) {
        this.tornado = tornado;
        this.folder = folder;
    }

    Lease lease() {
        return new Lease();
    }

    /** Number of classes in use. */
    synchronized int size() {
        return known.size();
    }

    private Known copy(Class<?> kernels) {
        return new Known(KernelCopy.of(kernels, ++copies));
    }

    private void release(Class<?> kernels) {
        var there = known.get(kernels);
        if (--there.users == 0) {
            known.remove(kernels);
            tornado.graphs().forget(there.copy);
            delete(there.copy.getName().replace('.', '/'));
        }
    }

    /** Makes the class files of {@code copy}, and of the classes that it calls, the ones that are found. */
    synchronized void show(Class<?> copy) {
        closure(copy).forEach(this::write);
    }

    private void delete(String name) {
        delete(folder.resolve(name + ".class"));
        written.remove(name);
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    /** Takes all class files away. */
    synchronized void close() {
        List.copyOf(written).forEach(this::delete);
    }

    private void write(String name, byte[] bytes) {
        var file = folder.resolve(name + ".class");
        try {
            if (Files.exists(file) && Arrays.equals(Files.readAllBytes(file), bytes)) {
                return;
            }
            Files.createDirectories(file.getParent());
            Files.write(file, bytes);
            written.add(name);
        } catch (IOException error) {
            throw new UncheckedIOException("the class file of kernel " + name + " cannot be written for TornadoVM", error);
        }
    }

    /** Class files by internal name: of {@code kernels} first, then of the classes whose members they use, and so on. */
    private static Map<String, byte[]> closure(Class<?> kernels) {
        var found = new LinkedHashMap<String, byte[]>();
        var open = new ArrayDeque<String>();
        open.add(kernels.getName().replace('.', '/'));
        while (!open.isEmpty()) {
            var name = open.remove();
            if (found.containsKey(name) || name.startsWith("java/") || name.startsWith("uk/ac/manchester/tornado/") || name.startsWith("[")) {
                continue;
            }
            var bytes = bytes(kernels.getClassLoader(), name);
            if (bytes.isPresent()) {
                found.put(name, bytes.get());
                for (var entry : ClassFile.of().parse(bytes.get()).constantPool()) {
                    if (entry instanceof MemberRefEntry member) {
                        open.add(member.owner().asInternalName());
                    }
                }
            }
        }
        return found;
    }

    private static Optional<byte[]> bytes(ClassLoader loader, String name) {
        try (var in = loader.getResourceAsStream(name + ".class")) {
            return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
        } catch (IOException error) {
            throw new UncheckedIOException("the class file of kernel " + name + " cannot be read", error);
        }
    }
}
