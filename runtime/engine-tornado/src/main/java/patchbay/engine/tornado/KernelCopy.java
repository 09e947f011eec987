package patchbay.engine.tornado;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.EnclosingMethodAttribute;
import java.lang.classfile.attribute.InnerClassesAttribute;
import java.lang.classfile.attribute.NestHostAttribute;
import java.lang.classfile.attribute.NestMembersAttribute;
import java.lang.classfile.attribute.RuntimeVisibleTypeAnnotationsAttribute;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LocalVariable;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.constant.ClassDesc;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import patchbay.tensor.UserError;

/**
 * The copy of a class of kernels that TornadoVM is given, with methods of other names: a kernel keeps its name in the code
 * that is generated, and {@code exp}, say, is a function of OpenCL already. The class has a name of its own as well, since
 * classes of one name come from several bundles, and from several versions of one.
 */
final class KernelCopy {

    private static final class Loader extends ClassLoader {

        private final String file;
        private final byte[] bytes;

        Loader(ClassLoader parent, String name, byte[] bytes) {
            super("patchbay-tornado", parent);
            this.file = name.replace('.', '/') + ".class";
            this.bytes = bytes;
        }

        Class<?> define(String name) {
            return defineClass(name, bytes, 0, bytes.length);
        }

        @Override
        public InputStream getResourceAsStream(String name) {
            return name.equals(file) ? new ByteArrayInputStream(bytes) : super.getResourceAsStream(name);
        }
    }

    private static final Set<String> REFUSED = Set.of("Math.fma", "Math.round", "Math.floor", "Float.intBitsToFloat", "Float.floatToIntBits",
            "Float.floatToRawIntBits", "Float.float16ToFloat", "Float.floatToFloat16");

    private KernelCopy() {}

    /** @param number told from all others */
    static Class<?> of(Class<?> original, int number) {
        var name = original.getName() + "_" + number;
        var loader = new Loader(original.getClassLoader(), name, named(name.replace('.', '/'), written(original)));
        try {
            return Class.forName(loader.define(name).getName(), true, loader);
        } catch (ClassNotFoundException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /**
     * The method of {@code copy} that {@code kernel} has become.
     *
     * @throws UserError if it calls what TornadoVM cannot compile
     */
    static Method of(Class<?> copy, Method kernel) {
        refuse(kernel);
        try {
            return copy.getMethod(renamed(kernel.getDeclaringClass(), kernel.getName()), kernel.getParameterTypes());
        } catch (NoSuchMethodException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static String renamed(Class<?> owner, String method) {
        return owner.getSimpleName() + "_" + method;
    }

    private static byte[] written(Class<?> original) {
        var type = ClassDesc.of(original.getName());
        var methods = Arrays.stream(original.getDeclaredMethods()).map(Method::getName).toList();
        CodeTransform calls = (code, element) -> {
            switch (element) {
                case InvokeInstruction call when call.owner().asSymbol().equals(type) && methods.contains(call.name().stringValue()) ->
                    code.invoke(call.opcode(), type, renamed(original, call.name().stringValue()), call.typeSymbol(), call.isInterface());
                // the generated code has the parameters' names, and half, say, is a word of OpenCL
                case LocalVariable local ->
                    code.localVariable(local.slot(), local.name().stringValue() + "_", local.typeSymbol(), local.startScope(), local.endScope());
                // copied as it is, it would not follow the code that moves
                case RuntimeVisibleTypeAnnotationsAttribute parallel -> code.with(RuntimeVisibleTypeAnnotationsAttribute.of(parallel.annotations()));
                // what is loaded from these arrays would be computed with in 8 or 16 bits; a sum of floats makes it an int
                case ArrayLoadInstruction load when load.typeKind() == TypeKind.SHORT || load.typeKind() == TypeKind.BYTE ->
                    code.with(load).i2f().fconst_0().fadd().f2i();
                case OperatorInstruction shift when shift.opcode() == Opcode.IUSHR -> shiftInt(code);
                case OperatorInstruction shift when shift.opcode() == Opcode.LUSHR -> shiftLong(code);
                default -> code.with(element);
            }
        };
        ClassTransform names = (copy, element) -> {
            switch (element) {
                case MethodModel method when methods.contains(method.methodName().stringValue()) ->
                    copy.withMethod(renamed(original, method.methodName().stringValue()), method.methodTypeSymbol(), method.flags().flagsMask(),
                            to -> to.transform(method, MethodTransform.transformingCode(calls)));
                // the copy stands alone
                case NestHostAttribute _, NestMembersAttribute _, InnerClassesAttribute _, EnclosingMethodAttribute _ -> { }
                default -> copy.with(element);
            }
        };
        return ClassFile.of().transformClass(parse(original), names);
    }

    private static ClassModel parse(Class<?> original) {
        var file = original.getName().replace('.', '/') + ".class";
        try (var in = original.getClassLoader().getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("the class file of kernel " + original.getName() + " is not to be had");
            }
            return ClassFile.of().parse(in.readAllBytes());
        } catch (IOException error) {
            throw new UncheckedIOException("the class file of kernel " + original.getName() + " cannot be read", error);
        }
    }

    private static void refuse(Method kernel) {
        var bodies = parse(kernel.getDeclaringClass()).methods().stream()
                .collect(Collectors.groupingBy(method -> method.methodName().stringValue()));
        var seen = new HashSet<String>();
        var open = new ArrayDeque<>(List.of(kernel.getName()));
        while (!open.isEmpty()) {
            var name = open.remove();
            if (seen.add(name)) {
                for (var call : calls(bodies.getOrDefault(name, List.of()))) {
                    var called = call.owner().asSymbol().displayName() + "." + call.name().stringValue();
                    if (REFUSED.contains(called)) {
                        throw new UserError("kernel " + kernel.getDeclaringClass().getName() + "." + kernel.getName() + " calls " + called
                                + ", which TornadoVM refuses or compiles wrong; write it in plain arithmetic");
                    }
                    if (call.owner().asInternalName().equals(kernel.getDeclaringClass().getName().replace('.', '/'))) {
                        open.add(call.name().stringValue());
                    }
                }
            }
        }
    }

    private static List<InvokeInstruction> calls(List<MethodModel> methods) {
        return methods.stream().flatMap(method -> method.code().stream()).flatMap(CodeModel::elementStream)
                .filter(InvokeInstruction.class::isInstance).map(InvokeInstruction.class::cast).toList();
    }

    /** {@code x >>> n} without the shift that TornadoVM takes for {@code >>}: {@code (x >> n) & (2 << 31 - n) - 1}. */
    private static void shiftInt(CodeBuilder code) {
        int n = code.allocateLocal(TypeKind.INT);
        code.bipush(31).iand().istore(n).iload(n).ishr().iconst_2().bipush(31).iload(n).isub().ishl().iconst_1().isub().iand();
    }

    private static void shiftLong(CodeBuilder code) {
        int n = code.allocateLocal(TypeKind.INT);
        code.bipush(63).iand().istore(n).iload(n).lshr().loadConstant(2L).bipush(63).iload(n).isub().lshl().lconst_1().lsub().land();
    }

    /** {@code bytes} as a class of the name {@code name}: no class file says its own name but in one constant. */
    private static byte[] named(String name, byte[] bytes) {
        var own = ClassFile.of().parse(bytes).thisClass().asInternalName();
        var in = ByteBuffer.wrap(bytes);
        var out = new ByteArrayOutputStream();
        in.position(8); // magic number and version
        int count = in.getShort() & 0xffff;
        for (int constant = 1; constant < count; constant++) {
            int start = in.position();
            int tag = in.get();
            if (tag == PoolEntry.TAG_UTF8) {
                var text = new byte[in.getShort() & 0xffff];
                in.get(text);
                if (new String(text, UTF_8).equals(own)) {
                    var renamed = name.getBytes(UTF_8);
                    out.write(bytes, 0, start + 1);
                    out.write(renamed.length >> 8);
                    out.write(renamed.length);
                    out.writeBytes(renamed);
                    out.write(bytes, in.position(), bytes.length - in.position());
                    return out.toByteArray();
                }
            } else {
                in.position(start + 1 + size(tag));
                if (tag == PoolEntry.TAG_LONG || tag == PoolEntry.TAG_DOUBLE) {
                    constant++; // these count twice
                }
            }
        }
        throw new IllegalStateException("class " + own + " does not say its name");
    }

    /** Bytes of a constant after its tag. */
    private static int size(int tag) {
        return switch (tag) {
            case PoolEntry.TAG_CLASS, PoolEntry.TAG_STRING, PoolEntry.TAG_METHOD_TYPE, PoolEntry.TAG_MODULE, PoolEntry.TAG_PACKAGE -> 2;
            case PoolEntry.TAG_METHOD_HANDLE -> 3;
            case PoolEntry.TAG_LONG, PoolEntry.TAG_DOUBLE -> 8;
            default -> 4;
        };
    }
}
