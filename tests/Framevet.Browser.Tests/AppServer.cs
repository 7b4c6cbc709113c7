using System.Diagnostics;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Framevet.Data;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scenes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Browser.Tests;

/// <summary>The real server as its users start it: a process of its own on loopback with an empty data folder.</summary>
public sealed partial class AppServer : IAsyncDisposable
{
    private readonly List<string> _lines = [];
    private readonly string _folder;
    private Process? _process;

    private AppServer(string folder, int port)
    {
        _folder = folder;
        Address = new Uri($"http://127.0.0.1:{port}");
    }

    /// <summary>Its data folder.</summary>
    public string Folder => _folder;

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>
    /// Writes a scene list past the server, one scene from each of these scored frames of the run to the next: what a detector finds is no matter of the
    /// pages.
    /// </summary>
    public async Task SaveScenesAsync(string run, int[] firsts, CancellationToken ct)
    {
        await using var services = Services();
        var store = services.GetRequiredService<IRunStore>();
        var id = RunId.TryParse(run, out var parsed) ? parsed : throw new ArgumentException("Not a run id.", nameof(run));
        var frames = await store.CandidatesAsync(id, ct);
        await store.SaveScenesAsync(id, [.. firsts.Select((first, i) => new Scene(i + 1, Stamp(first), Stamp((i + 1 < firsts.Length ? firsts[i + 1] : frames.Length) - 1)))], ct);

        FrameStamp Stamp(int at) => new(frames[at].Index, frames[at].Pts);
    }

    /// <summary>What the server's database is made of, for writing past it.</summary>
    public ServiceProvider Services() => new ServiceCollection()
        .AddFramevetData(new ConfigurationBuilder().AddInMemoryCollection([new("Data:Folder", _folder)]).Build()).BuildServiceProvider();

    /// <summary>What it printed so far.</summary>
    public string Output
    {
        get
        {
            lock (_lines)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    /// <summary>Starts the server and waits until it is ready. <paramref name="settings"/>: further ones, <c>--Section:Name=value</c>.</summary>
    public static async Task<AppServer> StartAsync(bool demo, CancellationToken ct, params string[] settings)
    {
        var server = new AppServer(Directory.CreateTempSubdirectory("framevet-browser-").FullName, FreePort());
        try
        {
            server.Launch(demo, settings);
            await server.WaitUntilReadyAsync(ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The one-time set-up link that the console shows at the first start.</summary>
    public async Task<string> SetupLinkAsync(CancellationToken ct)
    {
        for (var attempt = 0; attempt < 150; attempt++)
        {
            var match = SetupLink().Match(Output);
            if (match.Success)
            {
                return new Uri(Address, match.Groups["path"].Value).ToString();
            }

            await Task.Delay(100, ct);
        }

        throw new TimeoutException($"No set-up link in the server's output:\n{Output}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private void Launch(bool demo, string[] settings)
    {
        var dll = typeof(Program).Assembly.Location;
        var content = ContentRoot();
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                dll, "--contentRoot", content, "--urls", Address.ToString(),
                $"--Framevet:DataFolder={_folder}", "--Storage:ReservePercent=0", "--Storage:ReserveMegabytes=64", $"--Framevet:Demo:Enabled={(demo ? "true" : "false")}",
                "--Models:AllowPrivateAddresses=true",
                "--Framevet:SignIn:AttemptsPerMinute=1000",

                // Journeys decide the same clip again and again.
                "--Moderation:ReuseDecisions=false",
            },
        };
        foreach (var setting in settings)
        {
            start.ArgumentList.Add(setting);
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_lines)
        {
            _lines.Add(line.Data ?? "");
        }
    }

    private async Task WaitUntilReadyAsync(CancellationToken ct)
    {
        using var client = new HttpClient { BaseAddress = Address };
        for (var attempt = 0; attempt < 300; attempt++)
        {
            if (_process!.HasExited)
            {
                throw new InvalidOperationException($"The server ended at once:\n{Output}");
            }

            try
            {
                using var answer = await client.GetAsync(new Uri("/healthz/ready", UriKind.Relative), ct);
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

        throw new TimeoutException($"The server did not become ready:\n{Output}");
    }

    private static string ContentRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "WebApp.sln")))
            {
                return Path.Combine(folder.FullName, "src", "Framevet.Web");
            }
        }

        throw new DirectoryNotFoundException("WebApp.sln is in none of the folders above the tests.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex(@"https?://[^/\s]+(?<path>/setup\?token=\S+)")]
    private static partial Regex SetupLink();
}
