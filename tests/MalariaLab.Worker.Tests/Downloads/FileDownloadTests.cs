using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using MalariaLab.Core;
using MalariaLab.Core.Experiments;
using MalariaLab.Testing;
using MalariaLab.Worker.Downloads;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MalariaLab.Worker.Tests.Downloads;

/// <summary>Downloads from a server on this machine that breaks in every way that servers do.</summary>
public sealed class FileDownloadTests : IAsyncLifetime
{
    private const int Half = 400_000;
    private static readonly byte[] Published = RandomBytes(900_000);
    private readonly string _folder = Directory.CreateTempSubdirectory("download-test-").FullName;
    private readonly List<string> _requests = [];
    private readonly List<(string Stage, double? Share)> _progress = [];
    private readonly Alarm _clock = new();
    private readonly FileDownload _download;
    private WebApplication? _server;

    public FileDownloadTests() => _download = new(_clock) { Pause = TimeSpan.Zero, Tries = 3 };

    private string Target => Path.Combine(_folder, "file");

    private static Checksum Sha256 => new(ChecksumKind.Sha256, Convert.ToHexStringLower(SHA256.HashData(Published)));

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Urls.Add("http://127.0.0.1:0");
        _server.MapGet("/{behaviour}", Answer);
        await _server.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _download.Dispose();
        await _server!.DisposeAsync();
        TemporaryFolder.Delete(_folder);
    }

    [Fact]
    public async Task Fetch_WholeFile_HasItsBytesAndReportsProgress()
    {
        await Fetch("whole", Sha256);

        Assert.Equal(Published, await File.ReadAllBytesAsync(Target));
        Assert.False(File.Exists(Target + ".part"));
        Assert.Contains(_progress, p => p.Stage.Contains("of 0.9", StringComparison.Ordinal) && p.Share is > 0 and <= 1);
    }

    [Fact]
    public async Task Fetch_FirstDigitsOfAChecksumOrMd5_AreEnough()
    {
        await Fetch("whole", new(ChecksumKind.Sha256, Sha256.Digits[..8]));
        await Fetch("whole", new(ChecksumKind.Md5, Convert.ToHexStringLower(await CryptographicOperations.HashDataAsync(HashAlgorithmName.MD5, new MemoryStream(Published)))));
    }

    [Theory]
    [InlineData("cut", "bytes=400000-")]
    [InlineData("silent", "bytes=400000-")]
    [InlineData("cut-norange", "bytes=400000-")]
    [InlineData("busy", "")]
    public async Task Fetch_ServerThatBreaksOnce_GoesOnFromThere(string behaviour, string secondRange)
    {
        await Fetch(behaviour, Sha256);

        Assert.Equal(Published, await File.ReadAllBytesAsync(Target));
        Assert.Equal(["", secondRange], _requests);
    }

    [Fact]
    public async Task Fetch_PartFromAnEarlierProcess_IsNotFetchedAgain()
    {
        await File.WriteAllBytesAsync(Target + ".part", Published[..Half]);
        await Fetch("whole", Sha256);
        File.Move(Target, Target + ".part");
        await Fetch("whole", Sha256);

        Assert.Equal(Published, await File.ReadAllBytesAsync(Target));
        Assert.Equal(["bytes=400000-", "bytes=900000-"], _requests);
    }

    [Fact]
    public async Task Fetch_FileThatAWorkerHadBeforeItDied_IsFetchedAgainOnlyWhereItIsAnother()
    {
        await File.WriteAllBytesAsync(Target, Published);
        await Fetch("whole", Sha256);
        Assert.Empty(_requests);

        await File.WriteAllBytesAsync(Target, Published[..Half]);
        await Fetch("whole", Sha256);
        Assert.Equal(Published, await File.ReadAllBytesAsync(Target));
        Assert.Single(_requests);
    }

    [Fact]
    public async Task Fetch_ServerThatKeepsBreaking_FailsAndKeepsWhatArrived()
    {
        var failure = await Assert.ThrowsAsync<ExplainedException>(() => Fetch("always-cut", Sha256));

        Assert.Contains("could not be fetched whole", failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, _requests.Count);
        Assert.Equal(Half, new FileInfo(Target + ".part").Length);
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task Fetch_WrongBytes_AreDeletedAndBothChecksumsNamed()
    {
        var failure = await Assert.ThrowsAsync<ExplainedException>(() => Fetch("other", Sha256));

        Assert.Contains("is not the published file", failure.Message, StringComparison.Ordinal);
        Assert.Contains(Sha256.Digits, failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Fetch_NoSuchFile_FailsAtOnce()
    {
        var failure = await Assert.ThrowsAsync<ExplainedException>(() => Fetch("missing", Sha256));

        Assert.Contains("404", failure.Message, StringComparison.Ordinal);
        Assert.Single(_requests);
    }

    [Fact]
    public async Task Fetch_FileOverTheLimit_IsRefusedBeforeItIsFetched()
    {
        var failure = await Assert.ThrowsAsync<ExplainedException>(() => Fetch("whole", Sha256, largest: 1000));

        Assert.Contains("larger than the 1000 bytes", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_NobodyThere_SaysSo()
    {
        // Bound so that nobody else gets the port, and not listened on.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        var address = new Uri($"http://{socket.LocalEndPoint}");
        var failure = await Assert.ThrowsAsync<ExplainedException>(
            () => _download.FetchAsync(address, Sha256, Target, long.MaxValue, new Collector(_progress), default));

        Assert.Contains("cannot be reached from this machine", failure.Message, StringComparison.Ordinal);
    }

    private Task Fetch(string behaviour, Checksum checksum, long largest = long.MaxValue) =>
        _download.FetchAsync(new Uri(new Uri(_server!.Urls.First()), behaviour), checksum, Target, largest, new Collector(_progress), CancellationToken.None);

    private async Task Answer(string behaviour, HttpContext http)
    {
        _requests.Add(http.Request.Headers.Range.ToString());
        var isFirst = _requests.Count == 1;
        switch (behaviour)
        {
            case "missing":
                http.Response.StatusCode = (int)HttpStatusCode.NotFound;
                break;
            case "busy" when isFirst:
                http.Response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
                break;
            case "other":
                await http.Response.Body.WriteAsync(RandomBytes(5000));
                break;
            case "cut-norange" when !isFirst:
                await http.Response.Body.WriteAsync(Published);
                break;
            case "silent" when isFirst:
                await SendHalf(http);
                _clock.Ring();
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
                break;
            case "always-cut" when !isFirst:
                http.Abort();
                break;
            case "cut" or "cut-norange" or "always-cut" when isFirst:
                await SendHalf(http);
                http.Abort();
                break;
            default:
                await Results.Bytes(Published, enableRangeProcessing: true).ExecuteAsync(http);
                break;
        }
    }

    private async Task SendHalf(HttpContext http)
    {
        http.Response.ContentLength = Published.Length;
        await http.Response.Body.WriteAsync(Published.AsMemory(0, Half));
        await http.Response.Body.FlushAsync();
        // An abort would throw away what is still under way; the client has it all when its part has grown to half.
        while (!File.Exists(Target + ".part") || new FileInfo(Target + ".part").Length < Half) await Task.Delay(5, http.RequestAborted);
    }

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A clock whose timers go off when told, and never else: a slow machine is no silent server.</summary>
    private sealed class Alarm : TimeProvider
    {
        private readonly ConcurrentQueue<Action> _timers = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timers.Enqueue(() => callback(state));
            return new Timer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public void Ring()
        {
            while (_timers.TryDequeue(out var timer)) timer();
        }
    }

    private sealed class Collector(List<(string Stage, double? Share)> list) : IProgress<(string Stage, double? Share)>
    {
        public void Report((string Stage, double? Share) value) => list.Add(value);
    }
}
