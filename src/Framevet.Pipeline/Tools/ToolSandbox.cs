using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Framevet.Pipeline.Tools;

/// <summary>
/// Starts a program inside its bounds: a seccomp filter refuses calls that it does not need, util-linux's prlimit sets the limits and unshare takes the network away, then both become the
/// program. What this system does not offer is left out; <see cref="Report"/> says so. Thread-safe.
/// </summary>
internal static class ToolSandbox
{
    private const int ProbeMilliseconds = 5000;

    private static readonly string? Prlimit = OperatingSystem.IsLinux() ? ToolLocator.Find("prlimit") : null;

    /// <summary>Found by trying: containers often forbid what the kernel could do.</summary>
    private static readonly Lazy<string[]> Unshare = new(FindUnshare);

    /// <summary>AF_UNIX, AF_INET, AF_NETLINK, AF_INET6.</summary>
    private static readonly Lazy<FilteredStarter>[] Starters =
        [new(() => FilteredStarter.For([])), new(() => FilteredStarter.For([1])), new(() => FilteredStarter.For([1, 2, 16, 10]))];

    /// <summary>Why calls cannot be filtered here; null when they are.</summary>
    public static string? FilterProblem => Starters[0].Value.Problem;

    /// <summary>Whether limits can be set.</summary>
    public static bool HasLimits => Prlimit is not null;

    /// <summary>Whether the network can be taken away.</summary>
    public static bool CanCutNetwork => Unshare.Value.Length > 0;

    /// <summary>Starts what <see cref="Before"/> stands before.</summary>
    /// <exception cref="Win32Exception">The program is not there, or may not be run.</exception>
    public static void Start(Process process, ToolBounds bounds)
    {
        if (bounds.Sockets == ToolSockets.Any)
        {
            process.Start();
            return;
        }

        // Looked for without a filter: what is found out here counts for all.
        _ = Unshare.Value;
        Starters[(int)bounds.Sockets].Value.Start(process);
    }

    /// <summary>What stands before the program on its command line.</summary>
    public static IEnumerable<string> Before(ToolBounds bounds)
    {
        if (Prlimit is not null)
        {
            yield return Prlimit;
            yield return "--core=0";
            foreach (var (name, value) in new (string, long?)[] { ("as", bounds.MemoryBytes), ("cpu", bounds.CpuSeconds), ("fsize", bounds.FileBytes), ("nofile", bounds.OpenFiles) })
            {
                if (value is { } limit)
                {
                    // Soft and hard: a program cannot raise it again.
                    yield return string.Create(CultureInfo.InvariantCulture, $"--{name}={limit}:{limit}");
                }
            }

            yield return "--";
        }

        if (!bounds.HasNetwork)
        {
            foreach (var word in Unshare.Value)
            {
                yield return word;
            }
        }
    }

    /// <summary>How programs are kept in bounds here.</summary>
    public static ToolReport Report()
    {
        string[] here =
        [
            .. HasLimits ? ["limits by prlimit"] : Array.Empty<string>(),
            .. CanCutNetwork ? [$"no network for ffmpeg ({string.Join(' ', Unshare.Value)})"] : Array.Empty<string>(),
            .. FilterProblem is null ? ["no sockets for ffmpeg and no calls that tools do not need (seccomp)"] : Array.Empty<string>(),
        ];
        (string Lack, string Fix)[] lacks =
        [
            .. HasLimits ? [] : new[] { ("no limits of memory, time and file size for ffmpeg", "Install util-linux (prlimit, unshare); only Linux has them.") },
            .. CanCutNetwork ? [] : new[] { ("no network namespace for ffmpeg", "Allow user namespaces (sysctl kernel.unprivileged_userns_clone=1; in a container: --security-opt seccomp=unconfined or a profile with unshare).") },
            .. FilterProblem is not { } problem ? [] : new[] { ($"no seccomp filter: {problem}", "Run on Linux, x64 or arm64, with a kernel that has seccomp.") },
        ];

        // Without a namespace the filter alone keeps ffmpeg off the network; that is enough.
        var isReady = HasLimits && FilterProblem is null;
        return new ToolReport("tool sandbox", isReady ? ToolState.Ready : ToolState.Limited, string.Join("; ", here.Concat(lacks.Select(l => l.Lack))),
            isReady ? null : string.Join(' ', lacks.Select(l => l.Fix)));
    }

    private static string[] FindUnshare()
    {
        if (!OperatingSystem.IsLinux() || ToolLocator.Find("unshare") is not { } unshare)
        {
            return [];
        }

        // As root without a user namespace, which would take root's right to read other users' files away.
        string[][] ways = [[unshare, "--net", "--"], [unshare, "--user", "--map-current-user", "--net", "--"]];
        return Array.Find(ways, Works) ?? [];
    }

    private static bool Works(string[] way)
    {
        try
        {
            var info = new ProcessStartInfo(way[0]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
            foreach (var word in way.AsSpan(1))
            {
                info.ArgumentList.Add(word);
            }

            info.ArgumentList.Add("true");
            using var probe = Process.Start(info);
            if (probe?.WaitForExit(ProbeMilliseconds) == true)
            {
                return probe.ExitCode == 0;
            }

            probe?.Kill();
            return false;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            return false;
        }
    }
}
