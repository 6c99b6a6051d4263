using FcnService.Compare.Servers;
using FcnService.Inference.Geometry;
using FcnService.Inference.Providers;

namespace FcnService.Compare;

/// <summary>What is compared: a line for each server and the making of each model.</summary>
internal static class Cases
{
    private static readonly Service Service = new(ProviderChoice.Cpu);
    private static readonly NodePeer Node = new();
    private static readonly PythonPeer Python = new();

    private static readonly string[] CamvidExport =
        ["export", "fcn8s", "--width", "0.25", "--fc", "512", "--classes", "camvid", "--weights", "{camvid}", "--output", "{output}"];

    private static readonly string[] Vgg16Export = ["export", "fcn8s", "--padding", "original", "--weights", "{weights}", "--output", "{output}"];

    // Peers take networks as they were published.
    private static readonly Model CamvidPlain = new("fcn8s-camvid-plain", MultipleOf: 32, CamvidExport);
    private static readonly Model Vgg16Plain = new("fcn8s-vgg16-plain", MultipleOf: 1, [.. Vgg16Export, "--frame", "computed"]);

    private static readonly Model Camvid = new("fcn8s-camvid-fp32", MultipleOf: 32, [.. CamvidExport, "--upsampling", "service"]);
    private static readonly Model CamvidInt8 = new("fcn8s-camvid", MultipleOf: 32);
    private static readonly Model Vgg16 = new("fcn8s-vgg16", MultipleOf: 1, [.. Vgg16Export, "--upsampling", "service"]);

    // Its scores are of random weights: how much of them eight bits keep says nothing.
    private static readonly Model Vgg16Int8 = new(
        "fcn8s-vgg16-int8", MultipleOf: 1, "quantize", "{source}", "--calibrate", "{photos}", "--images", "1", "--max-error", "10", "--output", "{output}")
    {
        Source = Vgg16,
    };

    private static readonly Model Vgg16Half = new(
        "fcn8s-vgg16-fp16", MultipleOf: 1, [.. Vgg16Export, "--upsampling", "service", "--precision", "fp16-compute"]);

    private static readonly Model Vgg16Labels = new("fcn8s-vgg16-labels", MultipleOf: 1, [.. Vgg16Export, "--argmax", "model"]);

    public static IReadOnlyList<Case> All { get; } =
    [
        new Case("default", new ImageSize(480, 360), Clients: 4)
        {
            Contenders =
            [
                new Contender("service", Service, Camvid),
                new Contender("service, int8", Service, CamvidInt8) { MustAgree = false },
                new Contender("node", Node, CamvidPlain),
                new Contender("python", Python, CamvidPlain),
            ],
            Goals =
            [
                Goal.Throughput("service", "node", atLeast: 1.35),
                Goal.Throughput("service, int8", "node", atLeast: 3),
                Goal.Throughput("service", "python", atLeast: 1.5),
                Goal.Throughput("service, int8", "python", atLeast: 3.5),
                Goal.OwnTime("service", atMost: 8),
                Goal.Allocations("service", atMost: 64),
            ],
        },
        new Case("vgg16", new ImageSize(500, 500), Clients: 1)
        {
            Photos = 2,
            WarmUp = TimeSpan.FromSeconds(30),
            RequestsAlone = 5,
            Contenders =
            [
                new Contender("service", Service, Vgg16),
                new Contender("service, int8", Service, Vgg16Int8) { MustAgree = false },
                new Contender("node", Node, Vgg16Plain),
                new Contender("python", Python, Vgg16Plain),
            ],
            Goals =
            [
                Goal.Throughput("service", "node", atLeast: 1.4),
                Goal.Throughput("service, int8", "node", atLeast: 4),
                Goal.Throughput("service", "python", atLeast: 1.5),
                Goal.Throughput("service, int8", "python", atLeast: 3.5),
                Goal.OwnShare("service", atMost: 2),
                Goal.Memory("service", atMost: 450),
            ],
        },
        .. new[] { 1, 2, 4, 8, 16 }.Select(OnCuda),
        new Case("cuda-settings", new ImageSize(500, 500), Clients: 1)
        {
            Provider = ProviderChoice.Cuda,
            RequestsAlone = 20,
            Contenders =
            [
                new Contender("as set", Cuda(), Vgg16),
                new Contender("exhaustive search", Cuda("--Inference:ConvolutionSearch=exhaustive"), Vgg16) { MustAgree = false },
                new Contender("32 MB of scratch memory", Cuda("--Inference:MaxWorkspace=false"), Vgg16) { MustAgree = false },
                new Contender("no page-locked memory", Cuda("--Inference:PinnedMemory=false"), Vgg16) { MustAgree = false },
                new Contender("labels in the network", Cuda(), Vgg16Labels) { MustAgree = false },
            ],
            Goals =
            [
                Goal.Throughput("exhaustive search", "as set"),
                Goal.Throughput("32 MB of scratch memory", "as set"),
                Goal.Throughput("no page-locked memory", "as set"),
                Goal.Throughput("labels in the network", "as set"),
            ],
        },
        new Case("cuda-sizes", new ImageSize(500, 375), Clients: 1)
        {
            Provider = ProviderChoice.Cuda,
            OtherSizes = [new(375, 500), new(500, 333), new(333, 500)],
            RequestsAlone = 20,
            Contenders =
            [
                new Contender("any size", Cuda(), Vgg16),
                new Contender("multiples of 64", Cuda("--Models:SizeMultiple=64"), Vgg16) { MustAgree = false },
                new Contender("multiples of 512", Cuda("--Models:SizeMultiple=512"), Vgg16) { MustAgree = false },
            ],
            Goals = [Goal.Throughput("multiples of 64", "any size"), Goal.Throughput("multiples of 512", "any size")],
        },
    ];

    private static Service Cuda(params string[] settings) => new(ProviderChoice.Cuda, settings);

    // As many clients as a batch has room for: the first photo waits until the others are decoded, and no longer once they are.
    private static Case OnCuda(int batch)
    {
        Service On(params string[] settings) =>
            Cuda([$"--Scheduling:MaxBatch={batch}", "--Scheduling:MaxDelayMilliseconds=20", .. settings]);

        return new Case($"cuda-{batch}", new ImageSize(500, 500), Clients: batch)
        {
            Provider = ProviderChoice.Cuda,
            RequestsAlone = 20,
            Contenders =
            [
                new Contender("cuda, fp32", On("--Inference:Tf32=false"), Vgg16),
                new Contender("cuda, TF32", On(), Vgg16) { MustAgree = false },
                new Contender("cuda, fp16", On(), Vgg16Half) { MustAgree = false },
                new Contender("cpu", Service, Vgg16),
            ],
            Goals =
            [
                Goal.Throughput("cuda, TF32", "cuda, fp32"),
                Goal.Throughput("cuda, fp16", "cuda, fp32"),
                // With room for others a photo that comes alone waits for them.
                .. batch == 1 ? [Goal.OwnShare("cuda, fp32"), Goal.OwnShare("cuda, TF32"), Goal.OwnShare("cuda, fp16")] : Array.Empty<Goal>(),
            ],
        };
    }
}
