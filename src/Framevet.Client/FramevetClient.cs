using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Framevet.Client;

/// <summary>
/// A Framevet server, by an API key. Trouble that the server tells becomes a <see cref="FramevetException"/> of its own kind. Thread-safe.
/// </summary>
public sealed class FramevetClient : IDisposable
{
    private const string Api = "api/v1";
    private readonly HttpClient _http;
    private readonly ApiCalls _calls;
    private readonly TimeProvider _time;

    /// <summary>A client over <paramref name="http"/>, whose base address is the server; it is disposed with this one.</summary>
    public FramevetClient(HttpClient http, string key, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentException.ThrowIfNullOrEmpty(key);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        (_http, _calls, _time) = (http, new ApiCalls(http), time ?? TimeProvider.System);
    }

    /// <summary>A client for a server, e.g. <c>https://framevet.example.org</c>.</summary>
    public static FramevetClient Connect(Uri server, string key)
    {
        ArgumentNullException.ThrowIfNull(server);
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        return new FramevetClient(new HttpClient(handler) { BaseAddress = new Uri(server.AbsoluteUri.TrimEnd('/') + "/"), Timeout = Timeout.InfiniteTimeSpan }, key);
    }

    /// <summary>Sends a file in pieces; a connection that breaks is taken up again where the server stands. The id of the run.</summary>
    /// <exception cref="FramevetException">The server refuses the file, or cannot be reached for long.</exception>
    public async Task<string> SubmitFileAsync(string path, SubmitChoice? choice = null, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        var upload = await FileUpload.BeginAsync(_http, _time, path, choice ?? new SubmitChoice(), ct).ConfigureAwait(false);
        return await upload.FinishAsync(progress, ct).ConfigureAwait(false);
    }

    /// <summary>Begins to send a file; what comes back knows an address by which another program goes on.</summary>
    /// <exception cref="FramevetException">The server refuses the file.</exception>
    public Task<FileUpload> BeginUploadAsync(string path, SubmitChoice? choice = null, CancellationToken ct = default) => FileUpload.BeginAsync(_http, _time, path, choice ?? new SubmitChoice(), ct);

    /// <summary>An upload that was begun before, of the same file.</summary>
    public FileUpload ResumeUpload(Uri address, string path) => new(_http, _time, address, path);

    /// <summary>Sends small files in one request.</summary>
    /// <exception cref="FramevetException">No file became a run.</exception>
    public async Task<SubmitAnswer> SubmitFilesAsync(IReadOnlyCollection<string> paths, SubmitChoice? choice = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in (choice ?? new SubmitChoice()).Fields())
        {
            form.Add(new StringContent(value), name);
        }

        foreach (var path in paths)
        {
            form.Add(new StreamContent(File.OpenRead(path)) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } }, "files", Path.GetFileName(path));
        }

        return await _calls.SendAsync<SubmitAnswer>(HttpMethod.Post, $"{Api}/runs", form, ct).ConfigureAwait(false);
    }

    /// <summary>Submits links that the server fetches; the same <paramref name="name"/> for the request again does nothing again.</summary>
    /// <exception cref="FramevetException">A link is refused; then none is taken.</exception>
    public Task<LinkFacts[]> SubmitLinksAsync(IReadOnlyCollection<string> links, SubmitChoice? choice = null, string? name = null, CancellationToken ct = default) =>
        _calls.SendAsync<LinkFacts[]>(HttpMethod.Post, $"{Api}/links", ApiCalls.Json(new { links, recipe = choice?.Recipe, recipeJson = choice?.RecipeJson, priority = choice?.PriorityText }), ct, name);

    /// <summary>Links of the key's user, newest first.</summary>
    public Task<LinkFacts[]> LinksAsync(CancellationToken ct = default) => _calls.GetAsync<LinkFacts[]>($"{Api}/links", ct);

    /// <summary>One run.</summary>
    /// <exception cref="MissingException">There is none, or not for this key.</exception>
    public Task<RunFacts> RunAsync(string id, CancellationToken ct = default) => _calls.GetAsync<RunFacts>($"{Api}/runs/{Uri.EscapeDataString(id)}", ct);

    /// <summary>Runs, newest first; <paramref name="states"/> empty = all.</summary>
    public Task<ApiPage<RunRow>> RunsAsync(IReadOnlyCollection<string>? states = null, int skip = 0, int take = 50, CancellationToken ct = default) =>
        _calls.GetAsync<ApiPage<RunRow>>($"{Api}/runs?skip={skip}&take={take}{string.Concat((states ?? []).Select(s => $"&state={Uri.EscapeDataString(s)}"))}", ct);

    /// <summary>
    /// Each change of a run until it is over, the present state first. Asks every <paramref name="every"/> (two seconds) with the tag of what it has, so
    /// that an unchanged run costs no body.
    /// </summary>
    public async IAsyncEnumerable<RunFacts> WatchAsync(string id, TimeSpan? every = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        string? tag = null;
        while (true)
        {
            var (run, newTag) = await _calls.GetChangedAsync<RunFacts>($"{Api}/runs/{Uri.EscapeDataString(id)}", tag, ct).ConfigureAwait(false);
            tag = newTag;
            if (run is not null)
            {
                yield return run;
                if (run.IsOver)
                {
                    yield break;
                }
            }

            await Task.Delay(every ?? TimeSpan.FromSeconds(2), _time, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until the run is over, or people must look at it.</summary>
    public async Task<RunFacts> WaitAsync(string id, TimeSpan? every = null, CancellationToken ct = default)
    {
        await foreach (var run in WatchAsync(id, every, ct).ConfigureAwait(false))
        {
            if (run.IsOver || run.State == RunStates.AwaitingReview)
            {
                return run;
            }
        }

        throw new InvalidOperationException("A run ends in a state.");
    }

    /// <summary>One page of a run's frames.</summary>
    public Task<ApiPage<FrameFacts>> FramesAsync(string run, FrameQuery? query = null, CancellationToken ct = default) =>
        _calls.GetAsync<ApiPage<FrameFacts>>($"{Api}/runs/{Uri.EscapeDataString(run)}/frames?{(query ?? new FrameQuery()).Text()}", ct);

    /// <summary>All of a run's frames that the query takes, page by page.</summary>
    public async IAsyncEnumerable<FrameFacts> AllFramesAsync(string run, FrameQuery? query = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var next = query ?? new FrameQuery();
        while (true)
        {
            var page = await FramesAsync(run, next, ct).ConfigureAwait(false);
            foreach (var frame in page.Items)
            {
                yield return frame;
            }

            next = next with { Skip = next.Skip + page.Items.Count };
            if (page.Items.Count == 0 || next.Skip >= page.Total)
            {
                yield break;
            }
        }
    }

    /// <summary>Claims the next review item; null when none waits.</summary>
    public Task<ReviewFacts?> ClaimNextAsync(CancellationToken ct = default) => _calls.SendOrNothingAsync<ReviewFacts>(HttpMethod.Post, $"{Api}/review/claim-next", ApiCalls.Json(new { }), ct);

    /// <summary>Says allow, block or escalate about an item that is claimed. What became of it: <c>final</c>, <c>vote</c>, <c>escalation</c> or <c>disagreement</c>.</summary>
    /// <exception cref="ConflictException">The lease was lost.</exception>
    public async Task<string> DecideAsync(ReviewFacts item, ReviewVerdict verdict, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(verdict);
        var body = ApiCalls.Json(new { token = item.Token, decision = verdict.Decision, label = verdict.Label, reason = verdict.Reason, note = verdict.Note });
        return (await _calls.SendAsync<Ruled>(HttpMethod.Post, $"{Api}/review/{item.Id}/decide", body, ct).ConfigureAwait(false)).Ruling;
    }

    /// <summary>Gives a claimed item back.</summary>
    public Task ReleaseAsync(ReviewFacts item, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(item);
        return _calls.SendAsync(HttpMethod.Post, $"{Api}/review/{item.Id}/release", ApiCalls.Json(new { token = item.Token }), ct);
    }

    /// <summary>Asks for a file of the run's picks, or of the given frames (by PTS).</summary>
    public Task<ExportFacts> RequestExportAsync(string run, IReadOnlyCollection<long>? frames = null, string? name = null, CancellationToken ct = default) =>
        _calls.SendAsync<ExportFacts>(HttpMethod.Post, $"{Api}/runs/{Uri.EscapeDataString(run)}/exports", ApiCalls.Json(new { frames }), ct, name);

    /// <summary>One export.</summary>
    public Task<ExportFacts> ExportAsync(Guid id, CancellationToken ct = default) => _calls.GetAsync<ExportFacts>($"{Api}/exports/{id:N}", ct);

    /// <summary>Waits until an export is made and stores it as <paramref name="path"/>; the file is there only when its SHA-256 is right.</summary>
    /// <exception cref="FramevetException">The export failed, or its file was removed.</exception>
    /// <exception cref="InvalidDataException">The bytes that came are not those that the server hashed.</exception>
    public async Task<ExportFacts> DownloadAsync(Guid export, string path, TimeSpan? every = null, CancellationToken ct = default)
    {
        var facts = await ExportAsync(export, ct).ConfigureAwait(false);
        while (facts.State is "queued" or "running")
        {
            await Task.Delay(every ?? TimeSpan.FromSeconds(1), _time, ct).ConfigureAwait(false);
            facts = await ExportAsync(export, ct).ConfigureAwait(false);
        }

        if (facts.File is null)
        {
            throw new FramevetException(0, "urn:framevet:export-failed", $"The export has no file: {facts.State}", facts.Error);
        }

        var part = path + ".part";
        try
        {
            await SaveAsync(facts, part, ct).ConfigureAwait(false);
            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }

        return facts;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task SaveAsync(ExportFacts facts, string part, CancellationToken ct)
    {
        using var answer = await _calls.OpenAsync(facts.File!.TrimStart('/'), ct).ConfigureAwait(false);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var source = await answer.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            var target = File.Create(part);
            await using (target.ConfigureAwait(false))
            {
                var buffer = new byte[1 << 16];
                for (int count; (count = await source.ReadAsync(buffer, ct).ConfigureAwait(false)) > 0;)
                {
                    hash.AppendData(buffer, 0, count);
                    await target.WriteAsync(buffer.AsMemory(0, count), ct).ConfigureAwait(false);
                }
            }
        }

        var came = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (!string.Equals(came, facts.Sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException($"The export has SHA-256 {came}, but {facts.Sha256} was told.");
        }
    }

    private sealed record Ruled(string Ruling);
}
