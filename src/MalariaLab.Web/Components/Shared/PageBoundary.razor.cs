using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace MalariaLab.Web.Components.Shared;

/// <summary>One failing part shows a sentence in its place; the rest of the page goes on.</summary>
public sealed partial class PageBoundary : ErrorBoundary
{
    private string reference = "";

    [Inject]
    private ILogger<PageBoundary> Logger { get; set; } = null!;

    /// <inheritdoc />
    protected override Task OnErrorAsync(Exception exception)
    {
        reference = Guid.NewGuid().ToString("N")[..8];
        LogFailure(Logger, reference, exception);
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A part of a page failed (reference {Reference}).")]
    private static partial void LogFailure(ILogger logger, string reference, Exception exception);
}
