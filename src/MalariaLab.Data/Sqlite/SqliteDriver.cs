using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using SQLitePCL;

namespace MalariaLab.Data.Sqlite;

/// <summary>
/// Lets Microsoft.Data.Sqlite 10 run on SQLitePCLRaw 2.0.6 and the system's libsqlite3 (docs/adr/0004): the driver asks for a newer
/// SQLitePCLRaw.core than the one beside the application, whose API suffices, and the binder accepts a lower version only from the event.
/// </summary>
internal static class SqliteDriver
{
    private static int done;

#pragma warning disable CA2255 // The driver must be in place before any code of any process touches SQLite; only a module initializer is early enough.
    [ModuleInitializer]
    internal static void Register()
#pragma warning restore CA2255
    {
        if (Interlocked.Exchange(ref done, 1) == 1) return;
        AssemblyLoadContext.Default.Resolving += ResolveCore;
        UseSystemLibrary();
    }

    private static Assembly? ResolveCore(AssemblyLoadContext context, AssemblyName name)
    {
        if (name.Name != "SQLitePCLRaw.core") return null;
        // The host's list knows the file beside a published application and the one in the package folder under dotnet ef.
        var known = (string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "";
        var path = known.Split(Path.PathSeparator).FirstOrDefault(file => Path.GetFileName(file) == "SQLitePCLRaw.core.dll")
            ?? Path.Combine(AppContext.BaseDirectory, "SQLitePCLRaw.core.dll");
        return File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
    }

    // Apart from Register, so that SQLitePCL's types are first looked for after the event is in place.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UseSystemLibrary()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, static (name, _, _) =>
            name == "e_sqlite3" && (NativeLibrary.TryLoad("libsqlite3.so.0", out var handle) || NativeLibrary.TryLoad("sqlite3", out handle))
                ? handle
                : IntPtr.Zero);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
    }
}
