using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using Framevet.Data;
using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;
using Framevet.TestKit;
using Framevet.Web;
using Framevet.Web.Api;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Benchmarks.Serving;

/// <summary>The real server as a process of its own on loopback, with an admin signed in. Its data folder may be used again.</summary>
internal sealed partial class BenchServer : IAsyncDisposable
{
    private const string Name = "ada";
    private const string Password = "correct horse battery staple";

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly CookieContainer _cookies = new();
    private readonly List<string> _output = [];

    private BenchServer(Process process, Uri address, string folder)
    {
        (_process, Address, Folder) = (process, address, folder);
        Client = new HttpClient(new SocketsHttpHandler { CookieContainer = _cookies, AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(3) };
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Its data folder.</summary>
    public string Folder { get; }

    /// <summary>The admin's calls; unsafe ones carry the token that pages send.</summary>
    public HttpClient Client { get; }

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>What the admin's browser would send as cookies.</summary>
    public string Cookies => _cookies.GetCookieHeader(Address);

    /// <summary>The same one by one.</summary>
    public IEnumerable<Cookie> CookieList => _cookies.GetCookies(Address);

    /// <summary>What it printed last.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return string.Join('\n', _output.TakeLast(60));
            }
        }
    }

    /// <summary>Starts the server and signs the admin in, whom it makes in an empty folder.</summary>
    public static Task<BenchServer> StartAsync(string folder, CancellationToken ct, params string[] settings) => StartAsync(folder, isSignedIn: true, settings, ct);

    /// <summary>Starts a node that serves nobody, and waits until it is ready.</summary>
    public static Task<BenchServer> StartWorkerAsync(string folder, CancellationToken ct, params string[] settings) => StartAsync(folder, isSignedIn: false, settings, ct);

    private static async Task<BenchServer> StartAsync(string folder, bool isSignedIn, string[] settings, CancellationToken ct)
    {
        var port = Loopback.FreePort();
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            typeof(BenchServer).Assembly.Location, "serve", "--applicationName", "Framevet.Web", "--contentRoot", Repository.Web, "--urls", $"http://127.0.0.1:{port}",
            $"--Framevet:DataFolder={folder}", "--Storage:ReservePercent=0", "--Storage:ReserveMegabytes=64", "--Framevet:Demo:Enabled=false", "--Framevet:SignIn:AttemptsPerMinute=10000",
            "--Framevet:ApiLimits:UserPerMinute=1000000", "--Framevet:ApiLimits:AddressPerMinute=1000000", .. settings,
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var server = new BenchServer(Process.Start(start)!, new Uri($"http://127.0.0.1:{port}"), folder);
        try
        {
            await (isSignedIn ? server.SignInAsync(ct) : server.WaitUntilReadyAsync(ct));
            return server;
        }
        catch
        {
            Console.Error.WriteLine(server.Output);
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Submits a file with this recipe; id of its run.</summary>
    public async Task<string> SubmitAsync(string file, Recipe recipe, CancellationToken ct)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(JsonSerializer.Serialize(recipe, PipelineJson.Options)), "recipeJson" },
            { new StreamContent(File.OpenRead(file)), "files", Path.GetFileName(file) },
        };
        using var answer = await Client.PostAsync(new Uri(WebPaths.Runs, UriKind.Relative), form, ct);
        var text = await answer.Content.ReadAsStringAsync(ct);
        return answer.IsSuccessStatusCode
            ? JsonSerializer.Deserialize<SubmitBody>(text, PipelineJson.Options)!.Runs.Single().Id.ToString()
            : throw new InvalidOperationException($"The submission was answered {answer.StatusCode}: {text}");
    }

    /// <summary>Bytes of all objects alive in the server after a full collection.</summary>
    public async Task<long> HeapAsync(CancellationToken ct)
    {
        await _process.StandardInput.WriteLineAsync("heap");
        await _process.StandardInput.FlushAsync(ct);
        return long.Parse((await _lines.Reader.ReadAsync(ct))[ServeCommand.Heap.Length..], CultureInfo.InvariantCulture);
    }

    /// <summary>What the server's database is made of, for writing past it.</summary>
    public ServiceProvider Services() => new ServiceCollection()
        .AddFramevetData(new ConfigurationBuilder().AddInMemoryCollection([new("Data:Folder", Folder)]).Build()).BuildServiceProvider();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
        _process.Dispose();
        Client.Dispose();
    }

    private async Task SignInAsync(CancellationToken ct)
    {
        await WaitUntilReadyAsync(ct);
        string? token = null;
        for (var attempt = 0; attempt < 20 && token is null; attempt++)
        {
            token = SetupLink().Match(Output) is { Success: true } link ? link.Groups["token"].Value : null;
            await Task.Delay(100, ct);
        }

        using var answer = token is null
            ? await PostAsync(WebPaths.Login, WebPaths.Login, new() { ["name"] = Name, ["password"] = Password }, ct)
            : await PostAsync($"{WebPaths.Setup}?token={token}", WebPaths.SetupPost, new() { ["token"] = token, ["name"] = Name, ["password"] = Password }, ct);
        if (answer.Headers.Location?.ToString().Contains("error", StringComparison.Ordinal) != false)
        {
            throw new InvalidOperationException($"The sign-in led to {answer.StatusCode} {answer.Headers.Location}.");
        }

        var csrf = JsonSerializer.Deserialize<CsrfBody>(await Client.GetStringAsync(new Uri(WebPaths.CsrfToken, UriKind.Relative), ct), PipelineJson.Options)!;
        Client.DefaultRequestHeaders.Add(WebPaths.CsrfHeader, csrf.Token);
    }

    private async Task<HttpResponseMessage> PostAsync(string page, string target, Dictionary<string, string> fields, CancellationToken ct)
    {
        var html = await Client.GetStringAsync(new Uri(page, UriKind.Relative), ct);
        fields["__RequestVerificationToken"] = FormToken().Match(html) is { Success: true } found ? found.Groups[1].Value : throw new InvalidOperationException($"{page} has no form.");
        using var form = new FormUrlEncodedContent(fields);
        return await Client.PostAsync(new Uri(target, UriKind.Relative), form, ct);
    }

    private async Task WaitUntilReadyAsync(CancellationToken ct)
    {
        for (var attempt = 0; attempt < 600; attempt++)
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException("The server ended at once.");
            }

            try
            {
                using var answer = await Client.GetAsync(new Uri("/healthz/ready", UriKind.Relative), ct);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(200, ct);
        }

        throw new TimeoutException("The server did not become ready.");
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { } text && text.StartsWith(ServeCommand.Heap, StringComparison.Ordinal))
        {
            _lines.Writer.TryWrite(text);
            return;
        }

        lock (_output)
        {
            _output.Add(line.Data ?? "");
        }
    }

    [GeneratedRegex(@"/setup\?token=(?<token>\S+)")]
    private static partial Regex SetupLink();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex FormToken();
}
