using FcnService.Compare.Servers;
using FcnService.Inference.Geometry;

namespace FcnService.Compare;

/// <summary>What is compared: a line for each server and the making of each model.</summary>
internal static class Cases
{
    private static readonly Service Service = new();
    private static readonly NodePeer Node = new();
    private static readonly PythonPeer Python = new();

    private static readonly Model Camvid = new("fcn8s-camvid", MultipleOf: 32);
    private static readonly Model CamvidInt8 = new("fcn8s-camvid-int8", MultipleOf: 32);

    private static readonly Model Vgg16 = new(
        "fcn8s-vgg16", MultipleOf: 1, "export", "fcn8s", "--padding", "original", "--weights", "{weights}", "--output", "{output}");

    private static readonly Model Vgg16Int8 = new("fcn8s-vgg16-int8", MultipleOf: 1);

    public static IReadOnlyList<Case> All { get; } =
    [
        new Case("default", new ImageSize(480, 360), Clients: 4)
        {
            Contenders =
            [
                new Contender("service", Service, Camvid),
                new Contender("service, int8", Service, CamvidInt8) { MustAgree = false },
                new Contender("node", Node, Camvid),
                new Contender("python", Python, Camvid),
            ],
            Comparisons =
            [
                new Comparison("service", "node", Goal: 1.35),
                new Comparison("service, int8", "node", Goal: 3),
                new Comparison("service", "python", Goal: 1.5),
                new Comparison("service, int8", "python", Goal: 3.5),
            ],
        },
        new Case("vgg16", new ImageSize(500, 500), Clients: 1)
        {
            Photos = 2,
            RequestsAlone = 5,
            Contenders =
            [
                new Contender("service", Service, Vgg16),
                new Contender("service, int8", Service, Vgg16Int8) { MustAgree = false },
                new Contender("node", Node, Vgg16),
                new Contender("python", Python, Vgg16),
            ],
            Comparisons =
            [
                new Comparison("service", "node", Goal: 1.4),
                new Comparison("service, int8", "node", Goal: 4),
                new Comparison("service", "python", Goal: 1.5),
                new Comparison("service, int8", "python", Goal: 3.5),
            ],
        },
    ];
}
