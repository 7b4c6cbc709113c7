using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Storage;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tools;

/// <summary>Everything that can be wrong around this program, each with what to do about it: for <c>framevet doctor</c> and the Doctor page.</summary>
public sealed class Doctor(ToolCheck tools, ModelCheck models, DiskReserve reserve, IOptions<StorageOptions> storage, TimeProvider time)
{
    /// <summary>A file server may round to whole seconds.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(5);

    /// <summary>All reports in a fixed order. Never throws for something that is missing or broken.</summary>
    public async Task<ImmutableArray<ToolReport>> CheckAsync(CancellationToken ct) =>
        [.. await tools.CheckAsync(ct).ConfigureAwait(false), models.Report(), Disk(reserve.Look()), await ClockAsync(ct).ConfigureAwait(false)];

    /// <summary>How the disk stands.</summary>
    internal static ToolReport Disk(DiskStanding standing) => standing switch
    {
        { Free: null } => new ToolReport("disk", ToolState.Limited, $"the volume of {standing.Folder} cannot be read", "Check that the folder is there and may be read."),
        { IsShort: true } => new ToolReport("disk", ToolState.Broken, Numbers(standing) + ": intake and work rest", "Free some room, or set Storage:ReserveMegabytes and Storage:ReservePercent."),
        _ => new ToolReport("disk", ToolState.Ready, Numbers(standing), null),
    };

    /// <summary>Judges the clock: <paramref name="written"/> is what the file system says about a file made at <paramref name="now"/>, <paramref name="built"/> when this program was made.</summary>
    internal static ToolReport Clock(DateTimeOffset now, DateTimeOffset written, DateTimeOffset built)
    {
        const string Fix = "Set the clock and keep it right (Debian: apt install systemd-timesyncd).";
        var stamp = now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        return now < built - TimeSpan.FromDays(2)
            ? new ToolReport("clock", ToolState.Broken, $"{stamp} UTC is before this program was built", Fix)
            : (now - written).Duration() > Skew
                ? new ToolReport("clock", ToolState.Limited, string.Create(CultureInfo.InvariantCulture, $"{stamp} UTC; the file system's clock differs by {(now - written).Duration().TotalSeconds:0} s"), $"{Fix} Where files lie on a server, set its clock, too.")
                : new ToolReport("clock", ToolState.Ready, $"{stamp} UTC", null);
    }

    private static string Numbers(DiskStanding standing) =>
        string.Create(CultureInfo.InvariantCulture, $"{standing.Folder}: {DiskReserve.Megabytes(standing.Free!.Value)} MB left, {DiskReserve.Megabytes(standing.Reserve)} MB shall stay free");

    private async Task<ToolReport> ClockAsync(CancellationToken ct)
    {
        var probe = Path.Combine(storage.Value.Root, $".clock-{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(storage.Value.Root);
            await File.WriteAllTextAsync(probe, "x", ct).ConfigureAwait(false);
            return Clock(time.GetUtcNow(), File.GetLastWriteTimeUtc(probe), File.GetLastWriteTimeUtc(Environment.ProcessPath ?? AppContext.BaseDirectory));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ToolReport("storage", ToolState.Broken, $"{storage.Value.Root} cannot be written: {e.Message}", "Give this program the right to write there, or set Storage:Root.");
        }
        finally
        {
            File.Delete(probe);
        }
    }
}
