using System.Net;
using MalariaLab.Core;
using MalariaLab.Data;

namespace MalariaLab.Web.Hosting;

/// <summary>What is checked before anything listens or is written.</summary>
public static class StartChecks
{
    /// <summary>Checks settings and addresses, and gives the settings.</summary>
    /// <exception cref="ExplainedException">Something is wrong; the message says what and what to do.</exception>
    public static LabSettings Run(IConfiguration configuration)
    {
        var settings = Read<LabSettings>(configuration, "Lab");
        Read<WorkerSettings>(configuration, "Worker");
        if (string.IsNullOrWhiteSpace(settings.Data))
            throw new ExplainedException("Lab:Data is empty. Name the folder that shall hold the lab's data.");
        if (settings.Database == LabDatabase.Postgres && string.IsNullOrWhiteSpace(settings.ConnectionString))
            throw new ExplainedException("Lab:Database is Postgres, so Lab:ConnectionString has to say where it is.");
        if (!Localisation.Languages.IsKnown(settings.Language))
            throw new ExplainedException($"Lab:Language is \"{settings.Language}\". Use en or zh.");
        if (settings.AllowRemote) return settings;
        foreach (var address in Addresses(configuration).Where(address => !IsLoopback(address)))
            throw new ExplainedException(
                $"{address} can be reached from other machines. Use http://127.0.0.1:PORT, or set Lab:AllowRemote=true " +
                "if that is meant, and put a proxy with TLS in front.");
        return settings;
    }

    /// <summary>True for addresses that only this machine reaches.</summary>
    public static bool IsLoopback(string address)
    {
        if (address.StartsWith("http://unix:", StringComparison.OrdinalIgnoreCase)) return true;
        var host = BindingAddress.Parse(address).Host.Trim('[', ']');
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
    }

    private static T Read<T>(IConfiguration configuration, string section) where T : new()
    {
        try { return configuration.GetSection(section).Get<T>() ?? new T(); }
        catch (InvalidOperationException e) { throw new ExplainedException($"Settings in section {section}: {e.Message}"); }
    }

    private static IEnumerable<string> Addresses(IConfiguration configuration)
    {
        var urls = configuration["Urls"] ?? "";
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"] ?? "");
        // The ports-only keys listen on every address; Urls, which appsettings.json always sets, takes precedence over them.
        var ports = urls.Length > 0 ? [] : new[] { configuration["HTTP_PORTS"], configuration["HTTPS_PORTS"] }
            .Where(value => !string.IsNullOrEmpty(value)).Select(value => $"http://*:{value!.Split(';')[0]}");
        return urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Concat(endpoints).Concat(ports).Where(a => a.Length > 0);
    }
}
