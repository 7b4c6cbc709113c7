using System.Diagnostics;
using Framevet.Pipeline.Models;

namespace Framevet.Cli;

/// <summary>One line on the screen that tells how far a pull is, at most five times a second.</summary>
internal sealed class PullLine(string id, bool isShown)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private long _shown;

    /// <summary>Shows news; from any thread.</summary>
    public void Show(PullProgress? pull)
    {
        lock (_gate)
        {
            if (!isShown || pull is null || (_shown != 0 && Stopwatch.GetElapsedTime(_shown) < Every && pull.State == PullState.Running))
            {
                return;
            }

            _shown = Stopwatch.GetTimestamp();
            var share = pull.Fraction?.ToString("P0", Printing.Culture) ?? "";
            var speed = pull.BytesPerSecond is { } b ? $"{(b / 1e6).ToString("0.0", Printing.Culture)} MB/s" : "";
            Console.Error.Write($"\r{id}: {(pull.Bytes / 1e6).ToString("0.0", Printing.Culture)} MB {share} {speed}      ");
        }
    }

    /// <summary>Goes on to the next line.</summary>
    public void End()
    {
        if (isShown && _shown != 0)
        {
            Console.Error.WriteLine();
        }
    }
}
