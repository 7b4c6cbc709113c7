using System.Globalization;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Decode;

/// <summary>
/// Reads ffmpeg's log of one decode. The filter <c>showinfo@seen</c> writes a line for every decoded frame, <c>showinfo@kept</c> for every
/// frame that goes on to stdout, both before its pixels are written: the k-th kept line belongs to the k-th raw frame. Without a
/// selection every seen frame is kept. Written by one thread (the stderr pump), read by one other.
/// </summary>
/// <remarks>
/// Decoder threads may break into the end of a line, never into its beginning: hence the search within lines, and the check that the
/// numbers run without gaps, so that a lost line is an error and not a shift of all stamps.
/// </remarks>
internal sealed partial class StampLog(bool hasSelection)
{
    private static readonly string[] DeviceFaults = ["hardware accelerator failed", "Failed to transfer data", "No device available for decoder", "Device setup failed", "CUDA_ERROR", "cuvid"];

    private readonly Channel<FrameStamp?> _kept = Channel.CreateUnbounded<FrameStamp?>(new UnboundedChannelOptions { SingleWriter = true });
    private readonly Queue<(int Number, long? Pts, bool IsKey)> _waiting = new();
    private readonly List<string> _errors = [];
    private TimeBase _timeBase;
    private long? _highest;
    private int _keptNext;
    private int _seen;
    private int _damaged;
    private string? _fault;
    private string? _firstDamage;
    private string? _hardwareFault;
    private string? _hardwareNotice;
    private string? _firstComplaint;

    /// <summary>Stamps of the frames on stdout, in order; null for a frame that has no time stamp. The number counts decoded frames from the start of this decode.</summary>
    public ChannelReader<FrameStamp?> Kept => _kept.Reader;

    /// <summary>Frames that went on to the output.</summary>
    public int KeptCount => hasSelection ? Volatile.Read(ref _keptNext) : Seen;

    /// <summary>Frames that came out of the decoder.</summary>
    public int Seen => Volatile.Read(ref _seen);

    /// <summary>Packets that could not be decoded, frames that the decoder had to repair, and frames without a rising stamp.</summary>
    public int Damaged => Volatile.Read(ref _damaged);

    /// <summary>The first complaint, without addresses.</summary>
    public string? FirstDamage => Volatile.Read(ref _firstDamage);

    /// <summary>What in the log cannot be, if anything.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>Stamp and keyframe flag of the first decoded frames, up to the first keyframe among them.</summary>
    public (long? FirstPts, long? KeyframePts) Entry { get; private set; }

    /// <summary>Told of every decoded frame whose stamp rises, on the thread that writes, before it can be read from <see cref="Kept"/>.</summary>
    public Action<FrameStamp>? Watch { get; init; }

    /// <summary>Hardware that was asked to decode; null = none.</summary>
    public string? Hardware { get; init; }

    /// <summary>Complaint that means that the hardware failed, not the data; from then on no frame is to be trusted.</summary>
    public string? HardwareFault => Volatile.Read(ref _hardwareFault);

    /// <summary>Complaint with which ffmpeg itself went on in software.</summary>
    public string? HardwareNotice => Volatile.Read(ref _hardwareNotice);

    /// <summary>Takes one line; null at the end of the log.</summary>
    public void Take(string? line)
    {
        if (line is null)
        {
            _kept.Writer.TryComplete();
            return;
        }

        if (Hardware is not null && line.Contains("Auto hwaccel disabled", StringComparison.Ordinal))
        {
            Volatile.Write(ref _hardwareNotice, _firstComplaint ?? "no device found");
        }

        if (line.IndexOf("[showinfo@", StringComparison.Ordinal) is var at and >= 0)
        {
            TakeFrame(line.AsSpan(at));
        }

        if (line.Contains("[error]", StringComparison.Ordinal) || line.Contains("[warning]", StringComparison.Ordinal) || line.Contains("[fatal]", StringComparison.Ordinal))
        {
            TakeTrouble(line);
        }
    }

    /// <summary>The complaints kept so far, oldest first.</summary>
    public string[] Errors()
    {
        lock (_errors)
        {
            return [.. _errors];
        }
    }

    private void TakeFrame(ReadOnlySpan<char> line)
    {
        var isSeen = line.StartsWith("[showinfo@seen");
        if (Field(line, " config in time_base: ") is { IsEmpty: false } text)
        {
            var slash = text.IndexOf('/');
            var end = text.IndexOf(',');
            _timeBase = new TimeBase(int.Parse(text[..slash], CultureInfo.InvariantCulture), int.Parse(text[(slash + 1)..end], CultureInfo.InvariantCulture));
            return;
        }

        if (Field(line, "] n:") is not { IsEmpty: false } rest || !int.TryParse(FirstWord(rest), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return;
        }

        long? pts = long.TryParse(FirstWord(Field(rest, " pts:")), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;
        if (isSeen)
        {
            TakeSeen(number, pts, FirstWord(Field(rest, " iskey:")) is "1");
        }
        else
        {
            TakeKept(number, pts);
        }
    }

    private void TakeSeen(int number, long? pts, bool isKey)
    {
        if (number != _seen)
        {
            Blame($"frame {_seen} is missing from the log");
        }

        if (Entry.KeyframePts is null)
        {
            Entry = (Entry.FirstPts ?? pts, isKey ? pts : null);
        }

        if (pts is { } p && (_highest is not { } highest || p > highest))
        {
            _highest = p;
            Watch?.Invoke(new FrameStamp(number, new Pts(p, _timeBase), isKey));
        }
        else
        {
            // Left out by the reader or the selection: two frames under one stamp could not be told apart.
            Interlocked.Increment(ref _damaged);
            _firstDamage ??= $"{Place()}: frame {number} has no rising time stamp and was left out";
        }

        if (hasSelection)
        {
            _waiting.Enqueue((number, pts, isKey));
        }
        else
        {
            Write(number, pts, isKey);
        }

        Volatile.Write(ref _seen, number + 1);
    }

    private void TakeKept(int number, long? pts)
    {
        if (number != _keptNext++)
        {
            Blame($"kept frame {_keptNext - 1} is missing from the log");
        }

        while (_waiting.TryDequeue(out var seen))
        {
            if (seen.Pts == pts)
            {
                Write(seen.Number, pts, seen.IsKey);
                return;
            }
        }

        Blame($"kept frame {number} was never seen");
    }

    private void Write(int number, long? pts, bool isKey) => _kept.Writer.TryWrite(pts is { } value ? new FrameStamp(number, new Pts(value, _timeBase), isKey) : null);

    private void TakeTrouble(string line)
    {
        if (Hardware is not null && IsAboutHardware(line))
        {
            return;
        }

        if (line.Contains("Error while decoding stream", StringComparison.Ordinal) || line.Contains("Error submitting packet to decoder", StringComparison.Ordinal)
            || line.Contains("corrupt decoded frame", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _damaged);
        }

        var at = Math.Max(line.IndexOf("[error]", StringComparison.Ordinal), line.IndexOf("[fatal]", StringComparison.Ordinal));
        if (at < 0)
        {
            return;
        }

        var text = Addresses().Replace(line[(at + 7)..], "").Trim();
        lock (_errors)
        {
            if (_errors.Count < 20 && text.Length > 0)
            {
                _errors.Add(text);
            }
        }

        if (_firstDamage is null && text.Length > 0)
        {
            Volatile.Write(ref _firstDamage, $"{Place()}: {text}");
        }
    }

    /// <summary>Sorts complaints about the device from those about the data.</summary>
    private bool IsAboutHardware(string line)
    {
        var text = Text(line);
        if (DeviceFaults.Any(f => text.Contains(f, StringComparison.OrdinalIgnoreCase)))
        {
            Volatile.Write(ref _hardwareFault, _hardwareFault ?? _firstComplaint ?? text);
            _kept.Writer.TryComplete();
            return true;
        }

        if (text.Contains("Failed setup for format", StringComparison.Ordinal))
        {
            Volatile.Write(ref _hardwareNotice, _hardwareNotice ?? text);
            return true;
        }

        if (_seen == 0 && line.Contains("[error]", StringComparison.Ordinal))
        {
            _firstComplaint ??= text;
            return Hardware == "auto" && (line.Contains("AVHWDeviceContext", StringComparison.Ordinal) || text.Contains("Device creation failed", StringComparison.Ordinal));
        }

        return false;
    }

    /// <summary>What a line says, without where it comes from and how grave it is.</summary>
    private static string Text(string line) => Prefix().Replace(Addresses().Replace(line, ""), "").Trim().TrimEnd('.');

    /// <summary>Where in the file the decoder is; decoders run ahead of their output, hence "near".</summary>
    private string Place() => _highest is { } pts ? string.Create(CultureInfo.InvariantCulture, $"near {new Pts(pts, _timeBase).Seconds:0.000} s") : "at the beginning";

    private void Blame(string fault)
    {
        if (_fault is null)
        {
            Volatile.Write(ref _fault, fault);
        }
    }

    /// <summary>What follows the name, or empty.</summary>
    private static ReadOnlySpan<char> Field(ReadOnlySpan<char> line, ReadOnlySpan<char> name)
    {
        var at = line.IndexOf(name);
        return at < 0 ? [] : line[(at + name.Length)..];
    }

    private static ReadOnlySpan<char> FirstWord(ReadOnlySpan<char> text)
    {
        text = text.TrimStart(' ');
        var end = text.IndexOf(' ');
        return end < 0 ? text : text[..end];
    }

    [GeneratedRegex(@"^(\s*\[[a-z]+\])+", RegexOptions.CultureInvariant)]
    private static partial Regex Prefix();

    [GeneratedRegex(@"\[[^\]]* @ 0x[0-9a-f]+\]|0x[0-9a-f]{6,}", RegexOptions.CultureInvariant)]
    private static partial Regex Addresses();
}
