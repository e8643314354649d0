using System.Reflection;
using System.Text.RegularExpressions;
using MalariaLab.Testing;
using MalariaLab.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Xunit;

namespace MalariaLab.Web.Tests;

/// <summary>Razor takes <c>Next="Step(1)"</c> for the text "Step(1)" where the parameter is a string, and for a call everywhere else.</summary>
public sealed class TextParameterTests
{
    [Fact]
    public void TextParameters_GivenACall_HaveAnAtBeforeIt()
    {
        var pages = Directory.EnumerateFiles(Path.Combine(SharedFiles.RepositoryRoot, "src", "MalariaLab.Web"), "*.razor", SearchOption.AllDirectories)
            .Select(file => (Name: Path.GetFileName(file), Text: File.ReadAllText(file)))
            .ToList();
        var calls =
            from component in typeof(Icon).Assembly.GetTypes()
            where component.IsAssignableTo(typeof(IComponent))
            from parameter in component.GetProperties()
            where parameter.PropertyType == typeof(string) && parameter.GetCustomAttribute<ParameterAttribute>() is not null
            from page in pages
            where page.Text.Contains("<" + component.Name, StringComparison.Ordinal)
            from call in Regex.Matches(page.Text, $"""<{component.Name}\b[^<]*?\s{parameter.Name}="([^"@]*\w\([^"]*)""")
            select $"{page.Name}: {component.Name} {parameter.Name} is the text {call.Groups[1].Value}";
        Assert.Equal("", string.Join(Environment.NewLine, calls));
    }
}
