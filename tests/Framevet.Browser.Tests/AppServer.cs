using System.Diagnostics;
using System.Text.RegularExpressions;
using Framevet.Data;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scenes;
using Framevet.TestKit;
using Framevet.Web.Tests.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Browser.Tests;

/// <summary>The real server as its users start it: a process of its own on loopback with an empty data folder.</summary>
public sealed partial class AppServer : IAsyncDisposable
{
    private readonly List<string> _lines = [];
    private readonly string _folder;
    private readonly bool _ownsFolder;
    private Process? _process;
    private Action? _launch;

    private AppServer(string folder, bool ownsFolder, int port)
    {
        (_folder, _ownsFolder) = (folder, ownsFolder);
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
    public static Task<AppServer> StartAsync(bool demo, CancellationToken ct, params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("framevet-browser-").FullName;
        MigratedFile.CopyTo(folder);
        return StartAsync(new AppServer(folder, ownsFolder: true, Loopback.FreePort()), demo, settings, ct);
    }

    /// <summary>Starts one of several nodes on the same folder, which stays when it ends, and waits until it is ready.</summary>
    public static Task<AppServer> StartNodeAsync(string folder, CancellationToken ct, params string[] settings) =>
        StartAsync(new AppServer(folder, ownsFolder: false, Loopback.FreePort()), demo: false, settings, ct);

    private static async Task<AppServer> StartAsync(AppServer server, bool demo, string[] settings, CancellationToken ct)
    {
        try
        {
            server._launch = () => server.Launch(demo, settings);
            await server.StartAgainAsync(ct);
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
        await KillAsync();
        if (_ownsFolder)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>Starts it as it was started first, on its port, and waits until it is ready.</summary>
    public async Task StartAgainAsync(CancellationToken ct)
    {
        _launch!();
        await WaitUntilReadyAsync(ct);
    }

    /// <summary>Ends it at once: no time to tidy up.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
            process.Dispose();
        }
    }

    private void Launch(bool demo, string[] settings)
    {
        var dll = typeof(Program).Assembly.Location;
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                dll, "--contentRoot", Repository.Web, "--urls", Address.ToString(),
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

    [GeneratedRegex(@"https?://[^/\s]+(?<path>/setup\?token=\S+)")]
    private static partial Regex SetupLink();
}
