using System.ComponentModel.DataAnnotations;

namespace MalariaLab.Web.Features.Account;

/// <summary>Form of a new account.</summary>
public sealed class NewAccount
{
    /// <summary>Set-up token; empty for invitations, whose link carries theirs.</summary>
    public string Token { get; set; } = "";

    /// <summary>Shown name.</summary>
    [Required, StringLength(60)]
    public string Name { get; set; } = "";

    /// <summary>Sign-in name.</summary>
    [Required, EmailAddress, StringLength(200)]
    public string Email { get; set; } = "";

    /// <summary>Password.</summary>
    [Required, StringLength(200, MinimumLength = 10, ErrorMessage = "Take at least 10 characters; a sentence is good.")]
    public string Password { get; set; } = "";

    /// <summary>The same again.</summary>
    [Compare(nameof(Password), ErrorMessage = "The two passwords differ.")]
    public string Again { get; set; } = "";
}
