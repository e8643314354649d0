using MalariaLab.Core;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Web.Components.Shared;
using MalariaLab.Web.Localisation;
using MalariaLab.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Radzen;

namespace MalariaLab.Web.Live;

/// <summary>A component that loads itself and loads anew when something that it shows has changed, at most twice a second.</summary>
public abstract class LivePage : ComponentBase, IDisposable
{
    private IDisposable? subscription;
    private Task loading = Task.CompletedTask;
    private bool disposed;

    /// <summary>True once the first load is done.</summary>
    protected bool Loaded { get; private set; }

    /// <summary>Who looks; filled before the first load.</summary>
    protected System.Security.Claims.ClaimsPrincipal User { get; private set; } = new();

    /// <summary>The visitor as the actor of a change.</summary>
    protected Actor Actor => new(User.UserId(), User.DisplayName());

    /// <summary>True when the visitor may change things.</summary>
    protected bool MayChange => User.MayChange();

    /// <summary>Names of the lab's people by row id.</summary>
    protected IReadOnlyDictionary<long, string> Names { get; private set; } = new Dictionary<long, string>();

    [Inject]
    private People People { get; set; } = null!;

    [Inject]
    private Words Words { get; set; } = null!;

    [Inject]
    private LivePoller Poller { get; set; } = null!;

    [Inject]
    private NotificationService Notifications { get; set; } = null!;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = null!;

    /// <summary>Whether a change touches what is shown. Called for every change, on the poller's thread: look only at values that do not change meanwhile.</summary>
    protected abstract bool Concerns(ChangeKind kind, long id);

    /// <summary>Reads what is shown.</summary>
    protected abstract Task LoadAsync();

    /// <summary>Reads what the changes since the last call may have touched; everything unless a page knows better.</summary>
    protected virtual Task UpdateAsync() => LoadAsync();

    /// <inheritdoc />
    protected override async Task OnInitializedAsync()
    {
        User = (await Authentication).User;
        subscription = Poller.Subscribe(Concerns, () => InvokeAsync(() => RefreshAsync(UpdateAsync)));
        Names = await People.NamesAsync();
        await ReloadAsync();
        Loaded = true;
    }

    /// <summary>
    /// Reads anew after a change of the address. One reading follows the other, so that an older one that takes longer
    /// never replaces what a newer one has found.
    /// </summary>
    protected Task ReloadAsync() => InTurnAsync(LoadAsync);

    /// <summary>Loads anew and draws; a failure shows in the nearest boundary.</summary>
    protected Task RefreshAsync() => RefreshAsync(LoadAsync);

    private async Task RefreshAsync(Func<Task> load)
    {
        if (disposed) return;
        try
        {
            await InTurnAsync(load);
            StateHasChanged();
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    private Task InTurnAsync(Func<Task> load)
    {
        return loading = AfterAsync(loading);

        async Task AfterAsync(Task before)
        {
            // Whoever asked for the one before has been told how it failed.
            await before.ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
            if (!disposed) await load();
        }
    }

    /// <summary>Does what a button asks and shows a refusal as a sentence.</summary>
    /// <returns>True when it was done.</returns>
    protected async Task<bool> TryAsync(Func<Task> action, string? done = null)
    {
        try
        {
            if (!MayChange) throw new ExplainedException("Viewers cannot change anything; ask an administrator of the lab.");
            await action();
        }
        catch (ExplainedException e)
        {
            Notifications.Notify(NotificationSeverity.Error, Words.Said(e.Message), duration: 8000);
            return false;
        }
        if (done is not null) Notifications.Notify(NotificationSeverity.Success, done);
        await RefreshAsync();
        return true;
    }

    /// <summary>Who made something: a person, or, without one, whoever sat at the lab's own machine.</summary>
    protected string NameOf(long? userId) => userId is not { } id ? Words["command line"] : Names.GetValueOrDefault(id, Figures.None);

    /// <inheritdoc />
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the subscription.</summary>
    protected virtual void Dispose(bool disposing)
    {
        disposed = true;
        subscription?.Dispose();
    }
}
