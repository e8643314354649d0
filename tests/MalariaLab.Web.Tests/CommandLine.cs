using System.Text.Json.Nodes;
using MalariaLab.Data;
using MalariaLab.Testing;
using MalariaLab.Web.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests;

/// <summary>The command line against a lab that listens: the built program, as a person runs it.</summary>
/// <param name="lab">The lab, started with Kestrel.</param>
public sealed class CommandLine(LabFactory lab)
{
    private string? token;

    /// <summary>Where the lab listens.</summary>
    public Uri Url => new((string)JsonNode.Parse(File.ReadAllText(Path.Combine(lab.Folder, "local-api.json")))!["url"]!);

    /// <summary>Speaks as a person from now on; before, as the lab's own machine.</summary>
    public async Task SignInAsync(long userId) => token = await lab.Services.GetRequiredService<ApiTokens>().CreateAsync(userId, "command line", null);

    /// <summary>What a command answers as JSON; it must succeed.</summary>
    public async Task<JsonNode> AskAsync(params string[] arguments)
    {
        var (code, output, error) = await RunAsync([.. arguments, "--json"]);
        Assert.True(code == 0, $"{string.Join(' ', arguments)} ended with {code}: {error}{output}");
        return JsonNode.Parse(output)!;
    }

    /// <summary>Runs a command to its end.</summary>
    public Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) => BuiltProgram.CommandLineAsync(lab.Folder, token, arguments);

    /// <summary>A person who may change things.</summary>
    public async Task<long> AddReaderAsync(string name)
    {
        await using var db = await lab.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync();
        var role = await db.UserRoles.OrderBy(r => r.UserId).Select(r => r.RoleId).FirstAsync();
        var user = new Data.Entities.LabUser { UserName = name, DisplayName = name, SecurityStamp = name };
        db.Users.Add(user);
        await db.SaveChangesAsync();
        db.UserRoles.Add(new() { UserId = user.Id, RoleId = role });
        await db.SaveChangesAsync();
        return user.Id;
    }
}
