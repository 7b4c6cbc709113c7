using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Framevet.Pipeline.Tools;

/// <summary>How a program is started with little, and ended with everything that it started.</summary>
internal static partial class ToolLaunch
{
    /// <summary>Variables that a program needs to run at all. Everything else of ours stays with us.</summary>
    private static readonly string[] Passed =
        ["PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SystemRoot", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES"];

    private const int Sigkill = 9;

    /// <summary>fcntl's F_SETPIPE_SZ on Linux.</summary>
    private const int SetPipeSize = 1031;

    /// <summary>What an unprivileged process may ask for by default: several analysis frames.</summary>
    private const int PipeBytes = 1 << 20;

    /// <summary>setsid makes the program the leader of a process group of its own, so that all its descendants can be killed, also orphaned ones.</summary>
    private static readonly string? Setsid = OperatingSystem.IsLinux() ? ToolLocator.Find("setsid") : null;

    /// <summary>nice sets the priority before the program makes its first thread; afterwards it would count for one thread only.</summary>
    private static readonly string? Nice = OperatingSystem.IsWindows() ? null : ToolLocator.Find("nice");

    public static ProcessStartInfo StartInfo(ToolCommand command)
    {
        string[] line =
        [
            .. Setsid is null ? Array.Empty<string>() : [Setsid],
            .. Nice is null || !command.LowPriority ? Array.Empty<string>() : [Nice, "-n", "10"],
            .. ToolSandbox.Before(command.Bounds),
            command.Program,
            .. command.Arguments,
        ];
        var info = new ProcessStartInfo(line[0])
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = command.Folder ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var argument in line.AsSpan(1))
        {
            info.ArgumentList.Add(argument);
        }

        info.Environment.Clear();
        foreach (var name in Passed)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
            {
                info.Environment[name] = value;
            }
        }

        info.Environment["LC_ALL"] = "C";
        foreach (var (name, value) in command.Environment)
        {
            info.Environment[name] = value;
        }

        return info;
    }

    /// <summary>Lowers the priority where nice is not at hand.</summary>
    public static void Lower(Process process, ToolCommand command)
    {
        if (Nice is not null || !command.LowPriority)
        {
            return;
        }

        try
        {
            process.PriorityClass = ProcessPriorityClass.BelowNormal;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            // It may have ended already, or the system does not allow it: then it runs at normal priority.
        }
    }

    /// <summary>
    /// Lets the pipe hold several frames instead of 64 KiB, so that the program goes on decoding while we are busy. Where the system refuses, it stays as it is.
    /// </summary>
    public static void Widen(Stream output)
    {
        if (OperatingSystem.IsLinux() && output is PipeStream pipe)
        {
            _ = ControlFile(pipe.SafePipeHandle, SetPipeSize, PipeBytes);
        }
    }

    /// <summary>Kills the program and all its descendants. Does not wait.</summary>
    public static void KillTree(Process process)
    {
        try
        {
            var id = process.Id;
            process.Kill(entireProcessTree: true);
            if (Setsid is not null)
            {
                _ = KillGroup(-id, Sigkill);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended by itself in the meantime, or a descendant did.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int KillGroup(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int ControlFile(SafePipeHandle file, int command, int argument);
}
