using MalariaLab.Core;
using MalariaLab.Web.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests;

public sealed class StartChecksTests
{
    [Theory]
    [InlineData("http://127.0.0.1:5080")]
    [InlineData("http://[::1]:5080")]
    [InlineData("http://localhost:5080;https://localhost:5081")]
    public void Loopback_Starts(string urls) => Assert.Equal("data", StartChecks.Run(Settings(("Urls", urls))).Data);

    [Theory]
    [InlineData("Urls", "http://0.0.0.0:5080")]
    [InlineData("Urls", "http://*:5080")]
    [InlineData("Urls", "http://127.0.0.1:5080;http://192.168.1.7:5080")]
    [InlineData("Kestrel:Endpoints:Http:Url", "http://[::]:80")]
    [InlineData("HTTP_PORTS", "8080")]
    public void OtherAddresses_AreRefusedWithoutAcknowledgement(string key, string value)
    {
        var refusal = Assert.Throws<ExplainedException>(() => StartChecks.Run(Settings((key, value))));
        Assert.Contains("Lab:AllowRemote=true", refusal.Message);
        StartChecks.Run(Settings((key, value), ("Lab:AllowRemote", "true")));
    }

    [Theory]
    [InlineData("Lab:Language", "fr", "Use en or zh")]
    [InlineData("Lab:Data", " ", "Lab:Data is empty")]
    [InlineData("Lab:AllowRemote", "perhaps", "section Lab")]
    [InlineData("Lab:Database", "Postgres", "Lab:ConnectionString")]
    public void WrongSettings_AreExplained(string key, string value, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<ExplainedException>(() => StartChecks.Run(Settings((key, value)))).Message);

    // A system gives each user few watches of files; a lab that wants one does not start where others have them all.
    [Fact]
    public void Settings_OfARunningLab_AreNotWatched()
    {
        using var lab = new LabFactory();
        var files = ((IConfigurationRoot)lab.Services.GetRequiredService<IConfiguration>()).Providers.OfType<FileConfigurationProvider>().ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.False(file.Source.ReloadOnChange));
    }

    private static IConfiguration Settings(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(v => KeyValuePair.Create(v.Key, (string?)v.Value))).Build();
}
