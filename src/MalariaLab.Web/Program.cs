using MalariaLab.Core;
using MalariaLab.Web.Components;
using MalariaLab.Web.Hosting;

try
{
    // The settings lie beside the program, so that it starts alike from any working directory.
    // They are read once: to watch their file takes one of the few watches that a system gives each user, and without one nothing would start.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions
    {
        Args = [.. args, "--hostBuilder:reloadConfigOnChange=false"],
        ContentRootPath = AppContext.BaseDirectory,
    });
    builder.WebHost.UseStaticWebAssets();
    builder.AddLab();

    var app = builder.Build();
    app.UseLab();
    app.MapLab();
    await app.RunAsync();
    return 0;
}
catch (ExplainedException refusal)
{
    await Console.Error.WriteLineAsync($"MalariaLab cannot start: {refusal.Message}");
    return 1;
}

/// <summary>Entry point of the web process; public so that tests can host it.</summary>
public partial class Program;
