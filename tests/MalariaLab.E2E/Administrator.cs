using Microsoft.Playwright;

namespace MalariaLab.E2E;

/// <summary>The person who set the lab up.</summary>
public static class Administrator
{
    /// <summary>Sign-in name.</summary>
    public const string Email = "ada@lab.test";

    /// <summary>Password.</summary>
    public const string Password = "Plasmodium-42!";

    /// <summary>Creates the account through the one-time link; ends signed in, at home.</summary>
    public static async Task SetUp(this IPage page, LabProcess lab)
    {
        await page.GotoAsync(lab.SetupLink);
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Ada");
        await page.GetByLabel("E-mail").FillAsync(Email);
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(Password);
        await page.GetByLabel("Password again").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the administrator" }).ClickAsync();
        await page.WaitForURLAsync("**/");
    }

    /// <summary>Signs in with the existing account.</summary>
    public static async Task SignIn(this IPage page, string password = Password)
    {
        await page.GotoAsync("/sign-in");
        await page.GetByLabel("E-mail").FillAsync(Email);
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }
}
