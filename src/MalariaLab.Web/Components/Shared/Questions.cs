using MalariaLab.Web.Localisation;
using Radzen;

namespace MalariaLab.Web.Components.Shared;

/// <summary>Questions before something goes that cannot be had back by a click.</summary>
public static class Questions
{
    /// <summary>Asks, and tells whether the answer was yes; the other button says "Keep".</summary>
    /// <param name="dialogs">Opens the dialog.</param>
    /// <param name="words">The visitor's language.</param>
    /// <param name="question">What would happen.</param>
    /// <param name="title">Title of the dialog.</param>
    /// <param name="yes">Words of the button that does it.</param>
    public static async Task<bool> SureAsync(this DialogService dialogs, Words words, string question, string title, string yes) =>
        await dialogs.Confirm(question, title, new() { OkButtonText = yes, CancelButtonText = words["Keep"] }) == true;
}
