using System.Collections.Immutable;
using System.Globalization;

namespace Framevet.Pipeline.Tools;

/// <summary>How busy NVIDIA's cards are, told by the driver's own program. Thread-safe; an answer is kept for some seconds.</summary>
public sealed class GraphicsLoad(TimeProvider time)
{
    private const int Mebibyte = 1 << 20;

    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(5);

    private (DateTimeOffset At, ImmutableArray<CardLoad> Cards)? _last;

    /// <summary>The driver's program, path or bare name.</summary>
    internal string Program { get; init; } = "nvidia-smi";

    /// <summary>Every card; none where there is no card, no driver or no answer. Never throws but for cancellation.</summary>
    public async Task<ImmutableArray<CardLoad>> ReadAsync(CancellationToken ct)
    {
        if (_last is { } last && time.GetUtcNow() - last.At < Kept)
        {
            return last.Cards;
        }

        var cards = await AskAsync(ct).ConfigureAwait(false);
        _last = (time.GetUtcNow(), cards);
        return cards;
    }

    /// <summary>One line for each card: number, busy per cent, MiB in use, MiB in all; what the card does not tell stands in brackets.</summary>
    internal static ImmutableArray<CardLoad> Parse(string text) =>
        [.. text.Split('\n').Select(line => line.Split(',', StringSplitOptions.TrimEntries)).Where(f => f.Length == 4 && Number(f[0]) is not null)
            .Select(f => new CardLoad((int)Number(f[0])!.Value, Number(f[1]) / 100, (long?)(Number(f[2]) * Mebibyte), (long?)(Number(f[3]) * Mebibyte)))];

    private async Task<ImmutableArray<CardLoad>> AskAsync(CancellationToken ct)
    {
        if (ToolLocator.Find(Program) is not { } path)
        {
            return [];
        }

        try
        {
            var command = new ToolCommand(path, ["--query-gpu=index,utilization.gpu,memory.used,memory.total", "--format=csv,noheader,nounits"]) { Stall = TimeSpan.FromSeconds(5), LowPriority = false, Bounds = ToolBounds.MediaOnHardware };
            var result = await ToolProcess.RunAsync(command, 64 * 1024, time, ct).ConfigureAwait(false);
            return result.ExitCode == 0 ? Parse(result.Output) : [];
        }
        catch (VettingException)
        {
            // A driver that hangs or is not there is no number.
            return [];
        }
    }

    private static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) && value >= 0 ? value : null;
}

/// <summary>How busy a card is; null = it does not tell.</summary>
/// <param name="Number">The driver's number of it.</param>
/// <param name="Busy01">Share of the last second in which it computed, 0..1.</param>
/// <param name="UsedBytes">Memory in use.</param>
/// <param name="TotalBytes">Memory in all.</param>
public sealed record CardLoad(int Number, double? Busy01, long? UsedBytes, long? TotalBytes);
