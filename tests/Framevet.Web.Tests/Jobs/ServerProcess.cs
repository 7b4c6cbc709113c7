using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Framevet.TestKit;
using Framevet.Web.Tests.Hosting;

namespace Framevet.Web.Tests.Jobs;

/// <summary>The real server as a process that can be killed and started again on the same data folder.</summary>
internal sealed partial class ServerProcess(string folder, params string[] settings) : IAsyncDisposable
{
    private readonly List<string> _lines = [];
    private readonly int _port = Loopback.FreePort();
    private Process? _process;

    /// <summary>Its port.</summary>
    public int Port => _port;

    /// <summary>Where it listens.</summary>
    public string Address => $"http://127.0.0.1:{_port}";

    /// <summary>A client that keeps its cookies across restarts.</summary>
    public HttpClient Client => field ??= new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer(), PooledConnectionLifetime = TimeSpan.FromSeconds(1) })
    {
        BaseAddress = new Uri($"http://127.0.0.1:{_port}"),
    };

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

    /// <summary>Variables that it is started with, beside those of this process.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Starts and waits until it is ready.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        if (Variables.Count == 0 && !settings.Any(s => s.StartsWith("--Data:", StringComparison.Ordinal)))
        {
            MigratedFile.CopyTo(folder);
        }

        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                typeof(Program).Assembly.Location, "--contentRoot", Repository.Web, "--urls", $"http://127.0.0.1:{_port}",
                $"--Framevet:DataFolder={folder}", "--Framevet:Demo:Enabled=false", "--Storage:ReservePercent=0", "--Storage:ReserveMegabytes=64", "--Framevet:SignIn:AttemptsPerMinute=1000", "--Framevet:ApiLimits:UserPerMinute=100000", "--Framevet:ApiLimits:AddressPerMinute=100000",
            },
        };
        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }

        foreach (var setting in settings)
        {
            start.ArgumentList.Add(setting);
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (var i = 0; i < 2400; i++)
        {
            _process.HasExited.ShouldBeFalse(Output);
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

            await Task.Delay(50, ct);
        }

        throw new TimeoutException($"The server did not become ready:\n{Output}");
    }

    /// <summary>Makes the first admin by the link on the console; the client is signed in then.</summary>
    public async Task SetUpAsync(CancellationToken ct)
    {
        Match link;
        for (var i = 0; !(link = SetupLink().Match(Output)).Success; i++)
        {
            i.ShouldBeLessThan(100, "no set-up link on the console");
            await Task.Delay(50, ct);
        }

        var token = Uri.UnescapeDataString(link.Groups[1].Value);
        using var answer = await AppHost.PostFormAsync(Client, $"{WebPaths.Setup}?token={token}", WebPaths.SetupPost,
            new() { ["token"] = token, ["name"] = "ada", ["password"] = AppHost.Password }, ct);
        answer.Headers.Location!.ToString().ShouldBe("/");
        await AppHost.TakeCsrfTokenAsync(Client, ct);
    }

    /// <summary>SIGKILL: no time to tidy up.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _process = null;
    }

    /// <summary>Sends a signal by its name, e.g. STOP or CONT.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>SIGTERM, as a supervisor stops a service; the exit code.</summary>
    public async Task<int> StopAsync(CancellationToken ct)
    {
        using (var kill = Process.Start("kill", ["-TERM", _process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync(ct);
        }

        await _process.WaitForExitAsync(ct).WaitAsync(TimeSpan.FromSeconds(30), ct);
        var code = _process.ExitCode;
        _process.Dispose();
        _process = null;
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        Client.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_lines)
        {
            _lines.Add(line.Data ?? "");
        }
    }

    [GeneratedRegex(@"/setup\?token=(\S+)")]
    private static partial Regex SetupLink();
}
