using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using MalariaLab.Core;
using MalariaLab.Core.Experiments;

namespace MalariaLab.Worker.Downloads;

/// <summary>
/// Fetches a published file. What has arrived is kept beside the target and the rest is asked for after a break or a restart; the file takes its name
/// only when its checksum is the published one.
/// </summary>
internal sealed class FileDownload(TimeProvider clock) : IDisposable
{
    private const int BufferBytes = 1 << 17;
    private readonly HttpClient http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(30) }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>How long a connection may be silent before it counts as broken.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Pause before the second try; it grows with every further one.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Tries, each from where the last one broke.</summary>
    public int Tries { get; init; } = 5;

    /// <summary>Fetches into <paramref name="target"/>.</summary>
    /// <exception cref="ExplainedException">It can't be had, or is not the published file.</exception>
    public async Task FetchAsync(Uri address, Checksum checksum, string target, long largest, IProgress<(string Stage, double? Share)> progress, CancellationToken cancellation)
    {
        var part = target + ".part";
        // A worker that died while it read the file need not fetch it again.
        if (File.Exists(target) && (await DigitsAsync(checksum, target, cancellation)).StartsWith(checksum.Digits, StringComparison.Ordinal)) return;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await FetchOnceAsync(address, part, largest, progress, cancellation);
                break;
            }
            catch (Exception e) when (IsPassing(e, cancellation))
            {
                if (attempt == Tries && e is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError })
                    throw new ExplainedException(
                        $"{address.Host} cannot be reached from this machine ({e.Message}); it may have no way to the internet. "
                            + $"Try again when it has one, or fetch {address} on another machine and import the file here.", e);
                if (attempt == Tries)
                    throw new ExplainedException(
                        $"{address} could not be fetched whole ({e.Message}). "
                            + "What has arrived is kept: try again later, or fetch the file on another machine and import it here.", e);
                progress.Report(($"The connection broke, try {attempt + 1} of {Tries}", null));
                await Task.Delay(Pause * attempt, clock, cancellation);
            }
        }
        progress.Report(("Checking the checksum", 1));
        await ProveAsync(address, checksum, part, cancellation);
        File.Move(part, target, overwrite: true);
    }

    public void Dispose() => http.Dispose();

    // Whatever the next minute can change: no connection, a broken one, silence, a server that is busy or failing.
    private static bool IsPassing(Exception e, CancellationToken cancellation) => e switch
    {
        OperationCanceledException => !cancellation.IsCancellationRequested,
        HttpRequestException or IOException => true,
        _ => false,
    };

    private static bool IsPassing(HttpStatusCode status) => (int)status >= 500 || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;

    private async Task FetchOnceAsync(Uri address, string part, long largest, IProgress<(string Stage, double? Share)> progress, CancellationToken cancellation)
    {
        var have = File.Exists(part) ? new FileInfo(part).Length : 0;
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (have > 0) request.Headers.Range = new RangeHeaderValue(have, null);
        using var silence = new CancellationTokenSource(Patience, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, silence.Token);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && have > 0)
        {
            if (response.Content.Headers.ContentRange?.Length == have) return;
            File.Delete(part);
            throw new IOException("the server has another file than before");
        }
        if (!response.IsSuccessStatusCode)
            throw IsPassing(response.StatusCode) ? new IOException($"the server answers {Text(response)}")
                : new ExplainedException($"The server answers {Text(response)} for {address}: the file is no longer there. Fetch it elsewhere and import it here.");
        var range = response.Content.Headers.ContentRange;
        // A server without ranges sends the whole file again.
        if (response.StatusCode != HttpStatusCode.PartialContent || range?.From != have) have = 0;
        if (have == 0 && response.StatusCode == HttpStatusCode.PartialContent && range?.From != 0)
        {
            File.Delete(part);
            throw new IOException("the server sent another part than was asked for");
        }
        var total = have + response.Content.Headers.ContentLength;
        if (total > largest) throw TooLarge(address, largest);

        await using var source = await response.Content.ReadAsStreamAsync(stop.Token);
        await using var file = new FileStream(part, have > 0 ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
        var buffer = new byte[BufferBytes];
        while (true)
        {
            silence.CancelAfter(Patience);
            var read = await source.ReadAsync(buffer, stop.Token);
            if (read == 0) break;
            await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
            have += read;
            if (have > largest) throw TooLarge(address, largest);
            var fetched = string.Create(CultureInfo.InvariantCulture, $"Fetching: {have / 1e6:0.0} MB{(total is null ? "" : $" of {total / 1e6:0.0}")}");
            progress.Report((fetched, (double?)have / total));
        }
        if (have < total) throw new IOException($"it ended after {have} of {total} bytes");
    }

    private static async Task ProveAsync(Uri address, Checksum checksum, string part, CancellationToken cancellation)
    {
        var found = await DigitsAsync(checksum, part, cancellation);
        if (found.StartsWith(checksum.Digits, StringComparison.Ordinal)) return;
        File.Delete(part);
        throw new ExplainedException(
            $"What {address.Host} sent is not the published file: it has {checksum with { Digits = found }} instead of {checksum}. "
                + "It was deleted; try again, or fetch the file elsewhere and import it here.");
    }

    private static async Task<string> DigitsAsync(Checksum checksum, string path, CancellationToken cancellation)
    {
        // MD5 against damage on the way, where it is all that the publisher gives; nothing trusts it further.
        var algorithm = checksum.Kind == ChecksumKind.Md5 ? HashAlgorithmName.MD5 : HashAlgorithmName.SHA256;
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await CryptographicOperations.HashDataAsync(algorithm, file, cancellation));
    }

    private static ExplainedException TooLarge(Uri address, long largest) => new($"{address} is larger than the {largest} bytes that are taken.");

    private static string Text(HttpResponseMessage response) => $"{(int)response.StatusCode} {response.ReasonPhrase}";
}
