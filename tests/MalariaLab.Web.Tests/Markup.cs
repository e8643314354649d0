using MalariaLab.Web.Localisation;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace MalariaLab.Web.Tests;

/// <summary>Components as HTML, without a page around them.</summary>
internal static class Markup
{
    /// <summary>What the component shows first, in English.</summary>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="add">Adds what it injects beside words and addresses.</param>
    public static async Task<string> OfAsync<TComponent>(Dictionary<string, object?> parameters, Action<IServiceCollection>? add = null)
        where TComponent : IComponent
    {
        var collection = new ServiceCollection().AddScoped<Words>().AddScoped<NavigationManager, Nowhere>();
        add?.Invoke(collection);
        await using var services = collection.BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        return await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<TComponent>(ParameterView.FromDictionary(parameters))).ToHtmlString());
    }

    private sealed class Nowhere : NavigationManager
    {
        public Nowhere() => Initialize("http://lab/", "http://lab/");
    }
}
