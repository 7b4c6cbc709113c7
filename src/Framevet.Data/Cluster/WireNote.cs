using System.Globalization;
using System.Text;

namespace Framevet.Data.Cluster;

/// <summary>What travels in a notification: number (0 = kept nowhere), sender, topic and body, parted by bars. An empty body with a number lies in the table.</summary>
internal readonly record struct WireNote(long Seq, string Node, string Topic, string Body)
{
    /// <summary>PostgreSQL takes payloads of less than 8,000 bytes; names need some of them.</summary>
    public const int MaxBody = 7000;

    /// <summary>Whether the body can travel itself.</summary>
    public static bool Fits(string body) => Encoding.UTF8.GetByteCount(body) <= MaxBody;

    /// <summary>Null when it is none.</summary>
    public static WireNote? Read(string payload) =>
        payload.Split('|', 4) is [var seq, var node, var topic, var body] && long.TryParse(seq, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new WireNote(number, node, topic, body)
            : null;
}
