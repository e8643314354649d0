using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using MalariaLab.Data.Entities;
using MalariaLab.Web.Security;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests;

public sealed class AccountTests : IDisposable
{
    private readonly LabFactory lab = new();

    [Fact]
    public async Task SetUp_WithTheConsolesToken_MakesOneAdministratorAndNeverASecond()
    {
        using var browser = lab.Browser();
        var token = lab.SetUpToken();

        using var made = await lab.SetUp(browser, token);
        Assert.Equal(HttpStatusCode.Redirect, made.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/")).StatusCode);
        Assert.False(File.Exists(Path.Combine(lab.Folder, "set-up-token")));

        using var stranger = lab.Browser();
        var page = await stranger.GetStringAsync(LabUrls.SetUp);
        Assert.DoesNotContain("Form.Token", page);
    }

    [Fact]
    public async Task SetUp_WithAWrongToken_MakesNobody()
    {
        using var browser = lab.Browser();
        using var answer = await lab.SetUp(browser, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        Assert.Contains("This is not the token", await answer.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task SetUp_WithAShortPassword_SaysSoAndCanBeTriedAgain()
    {
        using var browser = lab.Browser();
        using var refused = await LabFactory.Submit(browser, LabUrls.SetUp,
            ("Form.Token", lab.SetUpToken()), ("Form.Name", "Ada"), ("Form.Email", LabFactory.Email), ("Form.Password", "short"), ("Form.Again", "short"));
        Assert.Contains("at least 10 characters", await refused.Content.ReadAsStringAsync());
        using var made = await lab.SetUp(browser);
        Assert.Equal(HttpStatusCode.Redirect, made.StatusCode);
    }

    [Fact]
    public async Task SignIn_WrongPasswordFiveTimes_LocksTheAccount()
    {
        using (var admin = lab.Browser()) (await lab.SetUp(admin)).Dispose();
        using var browser = lab.Browser();
        for (var i = 0; i < 5; i++) (await SignIn(browser, "wrong wrong wrong")).Dispose();
        using var right = await SignIn(browser, LabFactory.Password);
        Assert.Contains("locked for five minutes", await right.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task SignIn_ThenSignOut_ClosesTheLabAgain()
    {
        using (var admin = lab.Browser()) (await lab.SetUp(admin)).Dispose();
        using var browser = lab.Browser();
        using var signedIn = await LabFactory.Submit(browser, LabUrls.SignIn("/runs"), ("form.Email", LabFactory.Email), ("form.Password", LabFactory.Password));
        Assert.Equal("/runs", signedIn.Headers.Location?.OriginalString.Replace("http://localhost", ""));

        // Without the form's token nobody is signed out by a foreign page.
        Assert.NotEqual(HttpStatusCode.Redirect, (await browser.PostAsync(LabUrls.SignOut, null)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task SignIn_WithAForeignReturnAddress_StaysInTheLab()
    {
        using (var admin = lab.Browser()) (await lab.SetUp(admin)).Dispose();
        using var browser = lab.Browser();
        using var answer = await LabFactory.Submit(browser, LabUrls.SignIn("//evil.example"), ("form.Email", LabFactory.Email), ("form.Password", LabFactory.Password));
        Assert.DoesNotContain("evil", answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Invitation_UsedOnce_GivesItsRoleAndIsSpent()
    {
        using (var admin = lab.Browser()) (await lab.SetUp(admin)).Dispose();
        string token;
        await using (var scope = lab.Services.CreateAsyncScope())
            token = await scope.ServiceProvider.GetRequiredService<People>().InviteAsync(LabRoles.Viewer, "Bo", null, "Ada");
        using var browser = lab.Browser();
        (string, string)[] fields = [("Form.Name", "Bo"), ("Form.Email", "bo@lab.example"), ("Form.Password", LabFactory.Password), ("Form.Again", LabFactory.Password)];
        using var joined = await LabFactory.Submit(browser, LabUrls.Invitation(token), fields);
        Assert.Equal(HttpStatusCode.Redirect, joined.StatusCode);

        await using var check = lab.Services.CreateAsyncScope();
        var users = check.ServiceProvider.GetRequiredService<UserManager<LabUser>>();
        Assert.Equal([LabRoles.Viewer], await users.GetRolesAsync((await users.FindByEmailAsync("bo@lab.example"))!));
        using var second = lab.Browser();
        Assert.Contains("used up", await second.GetStringAsync(LabUrls.Invitation(token)));
    }

    [Fact]
    public async Task LastAdministrator_CannotBeDemotedOrClosed()
    {
        using (var admin = lab.Browser()) (await lab.SetUp(admin)).Dispose();
        await using var scope = lab.Services.CreateAsyncScope();
        var people = scope.ServiceProvider.GetRequiredService<People>();
        var ada = Assert.Single(await people.ListAsync());
        await Assert.ThrowsAsync<Core.ExplainedException>(() => people.SetRoleAsync(ada.User.Id, LabRoles.Viewer, "Ada"));
        await Assert.ThrowsAsync<Core.ExplainedException>(() => people.SetClosedAsync(ada.User.Id, true, "Ada"));
    }

    [Fact]
    public async Task TwoAdministrators_WhoDemoteEachOtherAtOnce_LeaveOne()
    {
        using (var admin = lab.Browser()) (await lab.SetUp(admin)).Dispose();
        await using var scope = lab.Services.CreateAsyncScope();
        var people = scope.ServiceProvider.GetRequiredService<People>();
        await people.AcceptAsync(await people.InviteAsync(LabRoles.Admin, "Bo", null, "Ada"), "bo@lab.example", "Bo", LabFactory.Password);
        var both = (await people.ListAsync()).Select(p => Task.Run(() => people.SetRoleAsync(p.User.Id, LabRoles.Viewer, "the other"))).ToList();
        await Task.WhenAll(both).ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.IsType<Core.ExplainedException>(Assert.Single(both, t => t.IsFaulted).Exception!.InnerException);
        Assert.Single(await people.ListAsync(), p => p.Role == LabRoles.Admin);
    }

    [Fact]
    public async Task Api_WithLocalTokenOrAPersonsToken_Answers_AndWithoutRefuses()
    {
        using (var admin = lab.Browser()) (await lab.SetUp(admin)).Dispose();
        using var none = await Api(null);
        Assert.Equal(HttpStatusCode.Unauthorized, none.StatusCode);
        Assert.Equal("application/problem+json", none.Content.Headers.ContentType?.MediaType);

        var file = Path.Combine(lab.Folder, "local-api.json");
        var local = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).RootElement.GetProperty("token").GetString();
        Assert.Equal(HttpStatusCode.OK, (await Api(local)).StatusCode);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));

        var tokens = lab.Services.GetRequiredService<ApiTokens>();
        var token = await tokens.CreateAsync(1, "script", 30);
        Assert.Equal(HttpStatusCode.OK, (await Api(token)).StatusCode);
        await tokens.RevokeAsync(1, (await tokens.OfAsync(1))[0].Id);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Api(token)).StatusCode);
    }

    [Fact]
    public async Task Api_TokenOfAnAccountLockedByWrongPasswords_GoesOn_AndOfAClosedOneEnds()
    {
        using (var admin = lab.Browser()) (await lab.SetUp(admin)).Dispose();
        await using var scope = lab.Services.CreateAsyncScope();
        var people = scope.ServiceProvider.GetRequiredService<People>();
        var bo = await people.AcceptAsync(await people.InviteAsync(LabRoles.Member, "Bo", null, "Ada"), "bo@lab.example", "Bo", LabFactory.Password);
        var token = await lab.Services.GetRequiredService<ApiTokens>().CreateAsync(bo.Id, "script", null);
        using var guesser = lab.Browser();
        for (var i = 0; i < 6; i++) (await LabFactory.Submit(guesser, LabUrls.SignInPath, ("form.Email", "bo@lab.example"), ("form.Password", "wrong"))).Dispose();
        using var locked = await LabFactory.Submit(guesser, LabUrls.SignInPath, ("form.Email", "bo@lab.example"), ("form.Password", LabFactory.Password));
        Assert.NotEqual(HttpStatusCode.Redirect, locked.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Api(token)).StatusCode);
        await people.SetClosedAsync(bo.Id, true, "Ada");
        Assert.Equal(HttpStatusCode.Unauthorized, (await Api(token)).StatusCode);
    }

    [Fact]
    public async Task Api_WithTheBrowsersCookie_Refuses()
    {
        using var browser = lab.Browser();
        (await lab.SetUp(browser)).Dispose();
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync(LabUrls.Api + "/datasets")).StatusCode);
    }

    public void Dispose() => lab.Dispose();

    private static Task<HttpResponseMessage> SignIn(HttpClient browser, string password) =>
        LabFactory.Submit(browser, LabUrls.SignInPath, ("form.Email", LabFactory.Email), ("form.Password", password));

    private async Task<HttpResponseMessage> Api(string? token)
    {
        using var client = lab.Browser();
        if (token is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await client.GetAsync(LabUrls.Api + "/datasets");
    }
}
