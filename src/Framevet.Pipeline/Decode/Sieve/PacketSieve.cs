using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Decode.Sieve;

/// <summary>
/// Gives a decoder only what the frames wanted need: of each group of pictures up to the last wanted one, the pictures that others look back at and the wanted ones, and of other groups nothing. Every
/// picture that comes out is the same as in a full decode, since nothing that it needs is missing.
/// </summary>
internal sealed class PacketSieve(MediaInfo media, long[] sorted, ToolLocator tools, ToolOptions options, MediaLimits limits, TimeProvider time)
{
    /// <summary>Most bytes of one group that are kept until it is known whether one of its pictures is wanted.</summary>
    private const long MaxHeld = 96 << 20;

    private readonly HashSet<long> _missing = [.. sorted];
    private readonly HashSet<long> _stamps = [];
    private readonly List<Fragment> _held = [];
    private PictureNeeds _needs = null!;
    private long _highest = long.MinValue;
    private long? _start;
    private long _bytes;

    /// <summary>Whether all that was handed on can be trusted; final when <see cref="FeedAsync"/> has ended.</summary>
    public bool IsSound { get; private set; }

    /// <summary>Why the sieve gave up, for tests; null = it did not.</summary>
    public string? Reason { get; private set; }

    /// <summary>Whether the sieve knows files of this kind: units with lengths, stamps of their own in whole parts of a second.</summary>
    public static bool Serves(MediaInfo media) =>
        media is { Kind: MediaKind.Video, Codec: "h264" or "hevc", TimeBase.Num: 1 } && media.Container.Split(',')[0] is "mov" or "matroska";

    /// <summary>Reads the file and writes what is needed as a fragmented MP4. Ends when all wanted packets were handed on, or where none can follow any more.</summary>
    /// <exception cref="IOException">Nobody reads the target any more.</exception>
    public async Task FeedAsync(Stream target, CancellationToken ct)
    {
        try
        {
            var copy = PacketCopy.Start(media, new Pts(sorted[0], media.TimeBase), tools, options, limits, time, ct);
            await using (copy.ConfigureAwait(false))
            {
                var head = await copy.HeadAsync().ConfigureAwait(false);
                _needs = PictureNeeds.For(media.Codec, head) ?? throw new SieveGaveUpException("packets cannot be told apart");
                await target.WriteAsync(head, ct).ConfigureAwait(false);
                while (_missing.Count > 0 && await copy.NextAsync().ConfigureAwait(false) is var (packet, note))
                {
                    if (copy.TimeBase != media.TimeBase)
                    {
                        throw new SieveGaveUpException("stamps are counted in another unit");
                    }

                    var need = _needs.Of(packet.Data);
                    Note(packet, need, note.IsKey);
                    if (need == PictureNeed.Start && packet.Pts > sorted[^1])
                    {
                        break;
                    }

                    await TakeAsync(packet, need, target, ct).ConfigureAwait(false);
                }

                // The decoder need not wait until the reader is gone.
                target.Close();
                IsSound = true;
            }
        }
        catch (Exception e) when (e is SieveGaveUpException or VettingException)
        {
            // Another way takes these frames, and tells what is wrong if it fails as well.
            Reason = e.Message;
        }
    }

    /// <summary>Follows where groups begin, and makes sure that each is shown behind the one before and that no stamp comes twice.</summary>
    private void Note(Fragment packet, PictureNeed need, bool isKey)
    {
        if (need == PictureNeed.Unknown)
        {
            throw new SieveGaveUpException("a picture is of an unknown kind");
        }

        if (need == PictureNeed.Start)
        {
            if (packet.Pts <= _highest)
            {
                throw new SieveGaveUpException("groups overlap");
            }

            _start = packet.Pts;
            _stamps.Clear();
            Drop();
        }
        else if (isKey || packet.Pts < _start)
        {
            // A keyframe that is none for the decoder begins an open group; and what is shown before its own keyframe may look back beyond it.
            throw new SieveGaveUpException("groups are open");
        }

        if (!_stamps.Add(packet.Pts))
        {
            throw new SieveGaveUpException("a stamp comes twice");
        }

        _highest = Math.Max(_highest, packet.Pts);
    }

    private async Task TakeAsync(Fragment packet, PictureNeed need, Stream target, CancellationToken ct)
    {
        if (_start is null)
        {
            return;
        }

        if (_missing.Remove(packet.Pts))
        {
            foreach (var held in _held)
            {
                await held.WriteAsync(target, ct).ConfigureAwait(false);
            }

            Drop();
            await packet.WriteAsync(target, ct).ConfigureAwait(false);
        }
        else if (need != PictureNeed.Itself)
        {
            _held.Add(packet);
            _bytes += packet.Size;
            if (_bytes > MaxHeld)
            {
                throw new SieveGaveUpException("a group is too large");
            }
        }
    }

    private void Drop()
    {
        _held.Clear();
        _bytes = 0;
    }
}
