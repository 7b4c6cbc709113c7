using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Export;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Storage;

/// <summary>
/// What stays free on the disks that hold files and database. Below it nothing new is taken in and work rests; once there is some more room than the reserve, all goes on.
/// Thread-safe.
/// </summary>
public sealed class DiskReserve : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ImmutableArray<string> _folders;
    private readonly StorageOptions _options;
    private readonly ReadDisk _read;
    private CancellationTokenSource _pressure = new();
    private DiskStanding _last;

    /// <summary>Watches the volumes of these folders.</summary>
    public DiskReserve(IEnumerable<ReservedFolder> folders, IOptions<StorageOptions> options, ReadDisk? read = null)
    {
        ArgumentNullException.ThrowIfNull(folders);
        ArgumentNullException.ThrowIfNull(options);
        _folders = [.. folders.Select(f => Path.GetFullPath(f.Path)).Distinct()];
        (_options, _read) = (options.Value, read ?? DiskSpace.Gauge);
        _last = new DiskStanding(_folders.FirstOrDefault(""), null, 0, false);
        Look();
    }

    /// <summary>Somebody looked and found that room ran short or came back. Handlers must not throw.</summary>
    public event EventHandler? Changed;

    /// <summary>Cancelled while room is short; work links it to its own token.</summary>
    public CancellationToken Pressure
    {
        get
        {
            lock (_gate)
            {
                return _pressure.Token;
            }
        }
    }

    /// <summary>Whether room is short at this moment.</summary>
    public bool IsShort => Look().IsShort;

    /// <summary>Reads the disks; of several the one that stands worst. What cannot be read counts as it did before.</summary>
    public DiskStanding Look()
    {
        CancellationTokenSource? wake = null;
        DiskStanding now;
        bool hasChanged;
        lock (_gate)
        {
            now = Worst(_last.IsShort) ?? _last;
            hasChanged = now.IsShort != _last.IsShort;
            _last = now;
            if (hasChanged && now.IsShort)
            {
                wake = _pressure;
            }
            else if (hasChanged)
            {
                _pressure.Dispose();
                _pressure = new CancellationTokenSource();
            }
        }

        wake?.Cancel();
        if (hasChanged)
        {
            Changed?.Invoke(this, EventArgs.Empty);
        }

        return now;
    }

    /// <summary>Refuses what would eat into the reserve.</summary>
    /// <param name="what">Name of the file for the sentence; null = no single one.</param>
    /// <param name="bytes">Bytes that are to come, as far as known.</param>
    /// <exception cref="VettingException">OutOfSpace.</exception>
    public void Require(string? what, long bytes)
    {
        var now = Look();
        if (now.IsShort || now.Free - bytes < now.Reserve)
        {
            Telemetry.PipelineMeter.CountRefusal(FailureCode.OutOfSpace);
        }

        if (now.IsShort)
        {
            throw new VettingException(FailureCode.OutOfSpace, now.Sentence);
        }

        if (now.Free is { } free && free - bytes < now.Reserve)
        {
            throw new VettingException(FailureCode.OutOfSpace, string.Create(CultureInfo.InvariantCulture,
                $"{what ?? "This"} needs {Megabytes(bytes)} MB, but the server has only {Megabytes(Math.Max(0, free - now.Reserve))} MB to give now. Try again later."));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pressure.Dispose();

    internal static long Megabytes(long bytes) => bytes / 1_000_000;

    private DiskStanding? Worst(bool wasShort)
    {
        DiskStanding? worst = null;
        foreach (var folder in _folders)
        {
            try
            {
                var (free, total) = _read(folder);
                var reserve = Math.Max((long)(total * _options.ReservePercent / 100), (long)_options.ReserveMegabytes << 20);

                // Without the margin, what resumes would eat the room that let it resume, and all would stop again at once.
                var line = wasShort ? (long)(reserve * (1 + _options.ResumePercent / 100)) : reserve;
                var standing = new DiskStanding(folder, free, reserve, free < line);
                worst = worst is null || standing.Free - standing.Reserve < worst.Free - worst.Reserve ? standing : worst;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A volume that cannot be asked is no full one; whoever writes to it will hear.
            }
        }

        return worst;
    }
}

/// <summary>How a disk stands.</summary>
/// <param name="Folder">The folder on it that is looked at.</param>
/// <param name="Free">Bytes left; null = not known.</param>
/// <param name="Reserve">Bytes that shall stay free.</param>
/// <param name="IsShort">Whether nothing is taken in and work rests.</param>
public sealed record DiskStanding(string Folder, long? Free, long Reserve, bool IsShort)
{
    /// <summary>What people are told while room is short.</summary>
    public string Sentence => string.Create(CultureInfo.InvariantCulture,
        $"The disk of the server is nearly full: {(Free is { } free ? DiskReserve.Megabytes(free) : 0)} MB are left, {DiskReserve.Megabytes(Reserve)} MB shall stay free. Nothing new is taken in and work rests until there is room again; nothing is lost.");
}

/// <summary>A folder whose volume must keep its reserve.</summary>
public sealed record ReservedFolder(string Path);

/// <summary>Free and total bytes of a volume.</summary>
public readonly record struct DiskGauge(long Free, long Total);

/// <summary>Reads the volume that holds a folder, or the nearest existing folder above it.</summary>
/// <exception cref="IOException">It cannot be read.</exception>
public delegate DiskGauge ReadDisk(string folder);
