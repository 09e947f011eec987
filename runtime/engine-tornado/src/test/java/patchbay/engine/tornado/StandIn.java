package patchbay.engine.tornado;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/**
 * Classes with the names of TornadoVM's, made as the test runs: every call is noted, and a graph's tasks run on the JVM, over the
 * very arrays that they were given.
 */
public final class StandIn extends ClassLoader {

    private static final String ROOT = "uk.ac.manchester.tornado.";

    /** A class a line: members that the engine uses; other types are Java's. */
    private static final String CLASSES = """
            api.runtime.TornadoRuntimeProvider: static api.TornadoRuntime getTornadoRuntime()
            api.TornadoRuntime: int getNumBackends(); api.TornadoBackend getBackend(int)
            api.TornadoBackend: int getNumDevices(); api.common.TornadoDevice getDevice(int)
            api.common.TornadoDevice: Object getTornadoVMBackend(); Object getDeviceType(); api.TornadoTargetDevice getPhysicalDevice(); \
            long getMaxGlobalMemory(); long getMaxAllocMemory(); api.TornadoDeviceContext getDeviceContext(); \
            long allocate(Object, long, api.memory.DeviceBufferState, api.common.Access); long deallocate(api.memory.DeviceBufferState)
            runtime.common.TornadoXPUDevice extends api.common.TornadoDevice: Object getCodeFromCache(long, api.common.SchedulableTask)
            api.KernelContext:
            api.WorkerGrid:
            api.WorkerGrid1D extends api.WorkerGrid: new(int); void setLocalWork(long, long, long)
            api.GridScheduler: void addWorkerGrid(String, api.WorkerGrid)
            drivers.Code: String getGeneratedSourceCode()
            api.TornadoTargetDevice: String getDeviceName()
            api.TornadoDeviceContext: void setResetToFalse(); void reset(long); drivers.common.TornadoBufferProvider getBufferProvider()
            drivers.common.TornadoBufferProvider: field long currentMemoryAvailable; long deallocate(api.common.Access)
            api.memory.DeviceBufferState: api.memory.XPUBuffer getXPUBuffer(); void setXPUBuffer(api.memory.XPUBuffer); void setContents(boolean)
            runtime.common.XPUDeviceBufferState extends api.memory.DeviceBufferState: void setLockBuffer(boolean)
            api.memory.XPUBuffer: void write(long, Object); void read(long, Object)
            api.common.SchedulableTask: String getTaskName()
            runtime.tasks.CompilableTask extends api.common.SchedulableTask: new(runtime.tasks.meta.ScheduleContext, String, Method, Object[]); runtime.tasks.meta.TaskDataContext meta()
            api.common.LibraryTaskDescriptor:
            runtime.tasks.LibraryTask extends api.common.SchedulableTask: new(runtime.tasks.meta.ScheduleContext, String, api.common.LibraryTaskDescriptor)
            runtime.domain.DomainTree: int getDepth(); runtime.domain.Domain get(int)
            runtime.domain.Domain: int cardinality()
            runtime.tasks.meta.TaskDataContext: runtime.domain.DomainTree getDomain(); void setDomain(runtime.domain.DomainTree)
            runtime.tasks.meta.ScheduleContext:
            runtime.graph.TornadoExecutionContext: runtime.tasks.LocalObjectState getLocalStateObject(Object, api.common.Access)
            runtime.tasks.LocalObjectState: runtime.tasks.DataObjectState getDataObjectState()
            runtime.tasks.DataObjectState: runtime.common.XPUDeviceBufferState getDeviceBufferState(api.common.TornadoDevice)
            api.runtime.ExecutorFrame: new(long); void setProfilerMode(api.enums.ProfilerMode); void setProfilerOff()
            runtime.tasks.TornadoTaskGraph: new(String); runtime.tasks.meta.ScheduleContext meta(); void setDevice(api.common.TornadoDevice); \
            void addInner(api.common.SchedulableTask); void transferToDevice(int, Object[]); field runtime.graph.TornadoExecutionContext executionContext; \
            void withGridScheduler(api.GridScheduler); void withCompilerFlags(api.enums.TornadoVMBackendType, String); void withPreCompilation(api.runtime.ExecutorFrame); Object execute(api.runtime.ExecutorFrame); void waitOn(); \
            api.common.SchedulableTask getTask(String); field api.profiler.TornadoProfiler timeProfiler
            runtime.TornadoCoreRuntime: static runtime.TornadoCoreRuntime getTornadoRuntime(); Object resolveMethod(Method)
            runtime.sketcher.TornadoSketcher: static Map cache
            api.profiler.TornadoProfiler: long getTaskTimer(api.profiler.ProfilerType, String); long getTimer(api.profiler.ProfilerType)
            """;

    private static final String ENUMS = """
            api.common.Access: READ_WRITE
            api.enums.ProfilerMode: SILENT
            api.enums.TornadoVMBackendType: OPENCL
            api.profiler.ProfilerType: TASK_KERNEL_TIME COPY_IN_TIME COPY_OUT_TIME
            """;

    private record Task(String id, Method kernel, Object[] arguments) {}

    /** What calls of one stand-in are noted in; the classes find it by their loader. */
    private final List<String> calls = new ArrayList<>();
    private final Map<Object, Task> tasks = new IdentityHashMap<>();
    private final Map<Object, List<Object>> graphs = new IdentityHashMap<>();
    private final Map<String, byte[]> files = new TreeMap<>();
    private final String without;
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile String hanging = "";

    /** @param without a member that is left out, such as {@code addInner}; empty for none */
    StandIn(String without) {
        super(StandIn.class.getClassLoader());
        this.without = without;
        CLASSES.lines().forEach(this::write);
        ENUMS.lines().forEach(this::writeEnum);
    }

    /** Lets {@code call} never come back, interrupted or not, before it is released. */
    void hangIn(String call) {
        hanging = call;
    }

    void release() {
        released.countDown();
    }

    List<String> calls() {
        return calls;
    }

    /** Before TornadoVM itself, where that is. */
    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        var there = findLoadedClass(name);
        if (there != null) {
            return there;
        }
        return name.startsWith(ROOT) ? findClass(name) : super.loadClass(name, resolve);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        var bytes = files.get(name);
        if (bytes == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, bytes, 0, bytes.length);
    }

    /** Called by every method of every class. */
    public static Object call(Class<?> type, String method, Object[] arguments) throws Throwable {
        return ((StandIn) type.getClassLoader()).answer(type, method, arguments);
    }

    private Object answer(Class<?> type, String method, Object[] given) throws Throwable {
        var name = type.getSimpleName() + "." + method;
        calls.add(name);
        while (name.equals(hanging) && released.getCount() > 0) {
            try {
                released.await();
            } catch (InterruptedException _) {
                continue;
            }
        }
        return switch (name) {
            case "TornadoRuntime.getNumBackends", "TornadoBackend.getNumDevices", "DomainTree.getDepth" -> 1;
            case "Domain.cardinality" -> 28;
            case "TornadoBackend.getDevice" -> make("runtime.common.TornadoXPUDevice");
            case "TornadoTargetDevice.getDeviceName" -> "stand-in";
            case "TornadoXPUDevice.getCodeFromCache" -> hanging.isEmpty() ? make("drivers.Code") : null;
            case "Code.getGeneratedSourceCode" -> "__kernel";
            case "TornadoDevice.getDeviceType" -> "CL_DEVICE_TYPE_GPU";
            case "TornadoDevice.getTornadoVMBackend" -> "OPENCL";
            case "TornadoDevice.getMaxGlobalMemory", "TornadoDevice.getMaxAllocMemory" -> 1L << 24;
            case "CompilableTask.new" -> tasks.put(given[0], new Task((String) given[2], (Method) given[3], (Object[]) given[4]));
            case "TornadoTaskGraph.addInner" -> graphs.computeIfAbsent(given[0], _ -> new ArrayList<>()).add(given[1]);
            case "TornadoTaskGraph.getTask" -> graphs.get(given[0]).stream()
                    .filter(task -> given[1].toString().endsWith("." + tasks.get(task).id)).findFirst().orElseThrow();
            case "TornadoTaskGraph.execute" -> {
                for (var task : graphs.get(given[0])) {
                    run(tasks.get(task));
                }
                yield given[0];
            }
            default -> null;
        };
    }

    private static void run(Task task) throws Throwable {
        try {
            task.kernel.invoke(null, task.arguments);
        } catch (InvocationTargetException error) {
            throw error.getCause();
        }
    }

    private Object make(String type) throws ReflectiveOperationException {
        return loadClass(ROOT + type).getConstructor().newInstance();
    }

    private void write(String line) {
        var parts = line.split(":", 2);
        var names = parts[0].split(" extends ");
        var self = type(names[0]);
        var parent = names.length > 1 ? type(names[1]) : CD_Object;
        files.put(ROOT + names[0], ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(
                java.lang.classfile.ClassHierarchyResolver.ofResourceParsing(this::file))).build(self, type -> {
            type.withFlags(ClassFile.ACC_PUBLIC).withSuperclass(parent);
            boolean constructed = false;
            var fields = new TreeMap<String, ClassDesc>();
            for (var member : Arrays.stream(parts[1].split(";")).map(String::strip).filter(text -> !text.isEmpty()).toList()) {
                if (member.startsWith("field ")) {
                    var words = member.split(" ");
                    type.withField(words[2], type(words[1]), ClassFile.ACC_PRIVATE);
                    fields.put(words[2], type(words[1]));
                }
            }
            for (var member : Arrays.stream(parts[1].split(";")).map(String::strip).filter(text -> !text.isEmpty()).toList()) {
                if (member.startsWith("new(")) {
                    constructor(type, self, parent, parameters(member), fields);
                    constructed = true;
                } else if (member.equals("static Map cache")) {
                    cache(type, self);
                } else if (!member.startsWith("field ") && !(!without.isEmpty() && member.contains(" " + without + "("))) {
                    method(type, self, member);
                }
            }
            if (!constructed) {
                constructor(type, self, parent, List.of(), fields);
            }
        }));
    }

    private java.io.InputStream file(ClassDesc type) {
        var bytes = files.get(type.packageName() + "." + type.displayName());
        return bytes == null ? null : new java.io.ByteArrayInputStream(bytes);
    }

    private void constructor(ClassBuilder type, ClassDesc self, ClassDesc parent, List<ClassDesc> parameters, Map<String, ClassDesc> fields) {
        type.withMethodBody("<init>", MethodTypeDesc.of(CD_void, parameters), ClassFile.ACC_PUBLIC, code -> {
            code.aload(0).invokespecial(parent, "<init>", MethodTypeDesc.of(CD_void));
            fields.forEach((name, of) -> {
                if (!of.isPrimitive()) {
                    code.aload(0).new_(of).dup().invokespecial(of, "<init>", MethodTypeDesc.of(CD_void)).putfield(self, name, of);
                }
            });
            note(code, self, "new", false, parameters);
            code.pop().return_();
        });
    }

    private void method(ClassBuilder type, ClassDesc self, String member) {
        boolean isStatic = member.startsWith("static ");
        var words = member.replace("static ", "").split("[ (]");
        var result = type(words[0]);
        var parameters = parameters(member);
        int flags = ClassFile.ACC_PUBLIC | (isStatic ? ClassFile.ACC_STATIC : 0);
        type.withMethodBody(words[1], MethodTypeDesc.of(result, parameters), flags, code -> {
            note(code, self, words[1], isStatic, parameters);
            answer(code, result);
        });
    }

    /** {@code StandIn.call(class, method, {this, arguments…})} */
    private static void note(CodeBuilder code, ClassDesc self, String method, boolean isStatic, List<ClassDesc> parameters) {
        code.ldc(self).ldc(method).loadConstant(parameters.size() + 1).anewarray(CD_Object);
        if (!isStatic) {
            code.dup().iconst_0().aload(0).aastore();
        }
        int slot = isStatic ? 0 : 1;
        for (int i = 0; i < parameters.size(); i++) {
            var kind = TypeKind.from(parameters.get(i));
            code.dup().loadConstant(i + 1).loadLocal(kind, slot);
            box(code, kind);
            code.aastore();
            slot += kind.slotSize();
        }
        code.invokestatic(StandIn.class.describeConstable().orElseThrow(), "call",
                MethodTypeDesc.of(CD_Object, ConstantDescs.CD_Class, CD_String, CD_Object.arrayType()));
    }

    private static void box(CodeBuilder code, TypeKind kind) {
        switch (kind) {
            case INT -> code.invokestatic(ConstantDescs.CD_Integer, "valueOf", MethodTypeDesc.of(ConstantDescs.CD_Integer, CD_int));
            case LONG -> code.invokestatic(ConstantDescs.CD_Long, "valueOf", MethodTypeDesc.of(ConstantDescs.CD_Long, CD_long));
            case BOOLEAN -> code.invokestatic(ConstantDescs.CD_Boolean, "valueOf", MethodTypeDesc.of(ConstantDescs.CD_Boolean, CD_boolean));
            default -> { }
        }
    }

    /** Returns what was answered; where that is nothing, 0 or a new object. */
    private static void answer(CodeBuilder code, ClassDesc result) {
        switch (TypeKind.from(result)) {
            case VOID -> code.pop().return_();
            case INT -> code.checkcast(ConstantDescs.CD_Integer).invokevirtual(ConstantDescs.CD_Integer, "intValue", MethodTypeDesc.of(CD_int)).ireturn();
            case LONG -> code.dup().ifThenElse(java.lang.classfile.Opcode.IFNULL, none -> none.pop().lconst_0().lreturn(),
                    some -> some.checkcast(ConstantDescs.CD_Long).invokevirtual(ConstantDescs.CD_Long, "longValue", MethodTypeDesc.of(CD_long)).lreturn());
            default -> {
                if (result.packageName().startsWith("uk.")) {
                    code.dup().ifThenElse(java.lang.classfile.Opcode.IFNULL,
                            none -> none.pop().new_(result).dup().invokespecial(result, "<init>", MethodTypeDesc.of(CD_void)).areturn(),
                            some -> some.checkcast(result).areturn());
                } else {
                    code.checkcast(result).areturn();
                }
            }
        }
    }

    private static void cache(ClassBuilder type, ClassDesc self) {
        var map = ConstantDescs.CD_Map;
        var hash = ClassDesc.of("java.util.HashMap");
        type.withField("cache", map, ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC);
        type.withMethodBody("<clinit>", MethodTypeDesc.of(CD_void), ClassFile.ACC_STATIC, code ->
                code.new_(hash).dup().invokespecial(hash, "<init>", MethodTypeDesc.of(CD_void)).putstatic(self, "cache", map).return_());
    }

    private void writeEnum(String line) {
        var parts = line.split(": ");
        var self = type(parts[0]);
        var constants = parts[1].split(" ");
        files.put(ROOT + parts[0], ClassFile.of().build(self, type -> {
            type.withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL | ClassFile.ACC_ENUM).withSuperclass(ConstantDescs.CD_Enum);
            type.withMethodBody("<init>", MethodTypeDesc.of(CD_void, CD_String, CD_int), ClassFile.ACC_PRIVATE, code -> code.aload(0).aload(1).iload(2)
                    .invokespecial(ConstantDescs.CD_Enum, "<init>", MethodTypeDesc.of(CD_void, CD_String, CD_int)).return_());
            for (var constant : constants) {
                type.withField(constant, self, ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC | ClassFile.ACC_ENUM);
            }
            type.withMethodBody("<clinit>", MethodTypeDesc.of(CD_void), ClassFile.ACC_STATIC, code -> {
                for (int i = 0; i < constants.length; i++) {
                    code.new_(self).dup().ldc(constants[i]).loadConstant(i)
                            .invokespecial(self, "<init>", MethodTypeDesc.of(CD_void, CD_String, CD_int)).putstatic(self, constants[i], self);
                }
                code.return_();
            });
            type.withMethodBody("values", MethodTypeDesc.of(self.arrayType()), ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC, code -> {
                code.loadConstant(constants.length).anewarray(self);
                for (int i = 0; i < constants.length; i++) {
                    code.dup().loadConstant(i).getstatic(self, constants[i], self).aastore();
                }
                code.areturn();
            });
        }));
    }

    private static List<ClassDesc> parameters(String member) {
        var inside = member.substring(member.indexOf('(') + 1, member.indexOf(')'));
        return inside.isBlank() ? List.of() : Arrays.stream(inside.split(", ")).map(StandIn::type).collect(Collectors.toList());
    }

    private static ClassDesc type(String name) {
        return switch (name) {
            case "int" -> CD_int;
            case "long" -> CD_long;
            case "boolean" -> CD_boolean;
            case "void" -> CD_void;
            case "Object" -> CD_Object;
            case "Object[]" -> CD_Object.arrayType();
            case "String" -> CD_String;
            case "Method" -> ClassDesc.of("java.lang.reflect.Method");
            default -> ClassDesc.of(ROOT + name);
        };
    }
}
