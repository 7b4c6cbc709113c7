using System.Diagnostics;
using Framevet.TestKit;

namespace Framevet.Web.Tests.Jobs;

/// <summary>A real file system of a few megabytes in memory, where this machine lets tests mount one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _ballast;

    public SmallDisk(int megabytes)
    {
        Path = _folder.Path;
        _ballast = System.IO.Path.Combine(Path, "ballast");
        Problem = Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", Path);
    }

    public string Path { get; }

    /// <summary>Why there is no such file system; null when there is.</summary>
    public string? Problem { get; }

    /// <summary>Writes until so many bytes are left.</summary>
    public void FillTo(long free)
    {
        using var file = new FileStream(_ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[64 * 1024];
        while (new DriveInfo(Path).AvailableFreeSpace is var left && left > free)
        {
            try
            {
                file.Write(block.AsSpan(0, (int)Math.Min(block.Length, left - free)));
            }
            catch (IOException) when (free == 0)
            {
                return;
            }
        }
    }

    /// <summary>Gives the room back.</summary>
    public void Empty() => File.Delete(_ballast);

    public void Dispose()
    {
        if (Problem is null)
        {
            Run("umount", "-l", Path);
        }

        _folder.Dispose();
    }

    private static string? Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"{program}: {error.Trim()}";
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return $"{program}: {e.Message}";
        }
    }
}
