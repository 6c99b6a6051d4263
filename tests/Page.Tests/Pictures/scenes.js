// Draws the sample pictures: streets as a camera in a car sees them, in metres, with every point projected onto the picture.
// Drawn, so that they are anybody's; with light, dirt and grain, because networks that learned from photographs go by texture.

const WIDTH = 480;
const HEIGHT = 320;
const FOCAL_LENGTH = 430; // pixels
const EYE = 1.4; // metres above the road
const HORIZON = 150; // pixels from the top

/** Draws a scene and gives it on a canvas of a width in pixels. */
function drawScene(name, width = WIDTH) {
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  scenes[name](new Scene(canvas.getContext('2d'), name));
  const scaled = new OffscreenCanvas(width, width * HEIGHT / WIDTH);
  const drawing = scaled.getContext('2d');
  drawing.imageSmoothingQuality = 'high';
  drawing.drawImage(canvas, 0, 0, scaled.width, scaled.height);
  return scaled;
}

const scenes = {
  street(scene) {
    scene.sky('#86b6e4', '#e9f1f6');
    scene.ground(4.2, 2.6);
    scene.horizon();
    scene.houses(-7.2, 9, 74, [['#6f6152', 9], ['#8a7b6b', 11], ['#5d4a41', 10], ['#94887a', 12], ['#6b5c50', 9]], true);
    scene.tree(8.5, 62, 8);
    scene.houses(7.6, 12, 74, [['#75665a', 10], ['#54463d', 9], ['#877869', 10]], true);
    scene.tree(5.9, 27, 7);
    scene.lamp(-4.9, 26);
    scene.sign(5, 15);
    scene.car(2.1, 13.5, '#8d1f22');
    scene.car(-2.2, 26, '#28303c');
    scene.pedestrian(-5.2, 11, '#272b33', '#3c4450');
    scene.pedestrian(-5.6, 14, '#4b2b2b', '#2b3038');
    scene.finish();
  },

  avenue(scene) {
    scene.sky('#7fb2e6', '#eef4f8');
    scene.ground(4.6, 2.4);
    scene.horizon();
    scene.houses(-13, 40, 80, [['#8a7c6d', 9], ['#6c5d52', 11]], false);
    scene.houses(13, 34, 80, [['#7b6c5f', 10], ['#93887a', 9]], false);
    scene.fence(8.6, 12, 60);
    for (const z of [70, 56, 44, 34, 26, 19.5]) {
      scene.tree(-8.8, z, 9);
      scene.tree(9.2, z + 3, 9.5);
    }
    scene.lamp(5.6, 23);
    scene.car(2.1, 12.5, '#23405f');
    scene.car(-2.3, 24, '#b9bcc0');
    scene.car(-3.9, 14.5, '#3b3f45');
    scene.finish();
  },

  crossing(scene) {
    scene.sky('#8dbbe6', '#f0f4f6');
    scene.ground(5, 2.8);
    scene.horizon();
    scene.tree(-10, 68, 9);
    scene.houses(-8.4, 16, 70, [['#77695b', 10], ['#93836f', 9], ['#5f5046', 11]], true);
    scene.tree(9.4, 60, 9);
    scene.tree(9, 44, 9);
    scene.houses(8.6, 8, 36, [['#85725f', 10], ['#6a5a4d', 9], ['#8f8170', 11]], true);
    scene.lamp(-5.8, 19);
    scene.sign(5.7, 23);
    scene.car(2.4, 19, '#dadcdd');
    scene.cyclist(-1.1, 8.2, '#2a3140', '#1f252d');
    scene.cyclist(-2.1, 12, '#3d2a2a', '#2b3038');
    scene.pedestrian(5.8, 11.5, '#2b2b33', '#22262c');
    scene.pedestrian(6.6, 13.5, '#5a3a2c', '#2e343c');
    scene.finish();
  },
};

class Scene {
  constructor(drawing, seed) {
    this.drawing = drawing;
    this.random = randomFrom(seed);
  }

  // x to the right and y up from the middle of the road, z ahead, all in metres.
  project(x, y, z) {
    return [WIDTH / 2 + x / z * FOCAL_LENGTH, HORIZON - (y - EYE) / z * FOCAL_LENGTH];
  }

  polygon(points, fill) {
    const { drawing } = this;
    drawing.beginPath();
    points.forEach(point => drawing.lineTo(...this.project(...point)));
    drawing.closePath();
    drawing.fillStyle = fill;
    drawing.fill();
  }

  // A rectangle that faces the camera.
  upright(x, y, z, width, height, fill) {
    this.polygon([[x, y, z], [x + width, y, z], [x + width, y + height, z], [x, y + height, z]], fill);
  }

  // A rectangle in a wall along the road.
  along(x, y, from, to, height, fill) {
    this.polygon([[x, y, from], [x, y, to], [x, y + height, to], [x, y + height, from]], fill);
  }

  ellipse(x, y, z, width, height, fill) {
    const [left, top] = this.project(x, y, z);
    this.drawing.beginPath();
    this.drawing.ellipse(left, top, width / z * FOCAL_LENGTH, height / z * FOCAL_LENGTH, 0, 0, Math.PI * 2);
    this.drawing.fillStyle = fill;
    this.drawing.fill();
  }

  between(least, most) {
    return least + (most - least) * this.random();
  }

  sky(top, bottom) {
    const gradient = this.drawing.createLinearGradient(0, 0, 0, HORIZON);
    gradient.addColorStop(0, top);
    gradient.addColorStop(1, bottom);
    this.drawing.fillStyle = gradient;
    this.drawing.fillRect(0, 0, WIDTH, HEIGHT);
  }

  // The road, kerbs, pavements and markings; half the road's width and the pavement's, in metres.
  ground(half, pavement) {
    const near = 2.2;
    const far = 400;
    const flat = (left, right, fill, from = near, to = far) =>
      this.polygon([[left, 0, from], [right, 0, from], [right, 0, to], [left, 0, to]], fill);
    flat(-90, 90, '#55524b');
    flat(-half - pavement, half + pavement, '#6b6762');
    flat(-half, half, '#46464a');
    for (const side of [-1, 1]) {
      flat(side * half, side * (half + 0.22), '#85827b');
      flat(side * (half - 0.5), side * (half - 0.4), '#8d8455');
      for (let z = near; z < 60; z += 1.1) {
        flat(side * (half + 0.25), side * (half + pavement), '#5b5854', z, z + 0.05);
      }
    }

    for (let z = 3; z < 90; z += 7) {
      flat(-0.07, 0.07, '#a9aaa8', z, z + 3);
    }

    for (let i = 0; i < 260; i++) {
      const [x, z] = [this.between(-half, half), 2.2 + this.random() ** 2 * 40];
      const width = this.between(0.1, 0.9);
      flat(x, Math.min(half, x + width), this.random() < 0.6 ? '#2f30342b' : '#6a6b6e2b', z, z + this.between(0.1, 1.6));
    }
  }

  horizon() {
    for (let i = 0; i < 70; i++) {
      const x = this.between(-120, 120);
      this.upright(x, 0, 210, this.between(6, 16), this.between(6, 16), this.shade(this.random() < 0.5 ? '#6d675c' : '#55594a', 0.12));
    }
  }

  // A row of houses along the road, far ones first.
  houses(x, from, to, kinds, haveShops) {
    const fronts = [];
    for (let z = from, i = 0; z < to; i++) {
      const [colour, height] = kinds[i % kinds.length];
      const depth = this.between(7, 11);
      fronts.push({ colour, height, from: z, to: z + depth });
      z += depth;
    }

    for (const front of fronts.reverse()) {
      this.house(x, front, haveShops);
    }
  }

  house(x, { colour, height, from, to }, hasShop) {
    const away = Math.sign(x) * 8;
    this.polygon([[x, 0, from], [x + away, 0, from], [x + away, height, from], [x, height, from]], this.shade(colour, -0.1));
    this.along(x, 0, from, to, height, colour);
    this.bricks(x, from, to, height);
    this.along(x, height - 0.35, from, to, 0.35, this.shade(colour, 0.25));
    const ground = hasShop ? 3.4 : 1;
    if (hasShop) {
      this.along(x, 0, from + 0.3, to - 0.3, 3.1, '#2b2a29');
      this.along(x, 2.5, from + 0.3, to - 0.3, 0.6, this.shade(['#4b1d1d', '#1f3d33', '#2a3350', '#5b5140'][Math.floor(this.random() * 4)], 0));
      for (let z = from + 0.7; z + 1.5 < to; z += 1.9) {
        this.along(x, 0.5, z, z + 1.5, 1.8, this.shade('#4c545c', this.between(-0.3, 0.2)));
        this.along(x, this.between(0.6, 1), z + 0.3, z + 0.9, 0.7, this.shade('#7b6b55', this.between(-0.4, 0.2)));
      }
    }

    for (let y = ground + 0.5; y + 1.6 < height; y += 2.7) {
      for (let z = from + 0.9; z + 1.1 < to; z += 2.1) {
        this.along(x, y - 0.12, z - 0.12, z + 1.12, 1.84, this.shade(colour, 0.3));
        this.along(x, y, z, z + 1, 1.6, this.shade('#343b44', this.between(-0.2, 0.25)));
        this.along(x, y + 0.8, z, z + 1, 0.07, '#c9c6bd');
        this.along(x, y, z + 0.47, z + 0.53, 1.6, '#c9c6bd');
      }
    }
  }

  bricks(x, from, to, height) {
    for (let i = 0; i < 260; i++) {
      const z = this.between(from, to - 0.5);
      const y = this.between(0, height - 0.2);
      this.along(x, y, z, z + this.between(0.2, 0.7), 0.16, this.random() < 0.5 ? '#0000001a' : '#ffffff14');
    }
  }

  fence(x, from, to) {
    this.along(x, 0, from, to, 0.5, '#625b50');
    for (let z = to; z > from; z -= 0.28) {
      this.along(x, 0.5, z, z + 0.07, 1.1, '#23262a');
    }

    this.along(x, 1.5, from, to, 0.08, '#23262a');
  }

  tree(x, z, height) {
    const [left, bottom] = this.project(x, 0, z);
    const metre = FOCAL_LENGTH / z;
    this.branch(left, bottom, -Math.PI / 2, height * 0.32 * metre, 0.17 * metre, 0);
    const { drawing } = this;
    const colours = ['#2f3a20', '#3c4727', '#4a5330', '#565d3a', '#262e1b', '#5f5b40'];
    for (let i = 0; i < 900; i++) {
      const angle = this.between(0, Math.PI * 2);
      const distance = Math.sqrt(this.random());
      const crown = height * 0.36 * metre;
      drawing.fillStyle = colours[Math.floor(this.random() * colours.length)] + (this.random() < 0.5 ? 'ff' : 'b0');
      drawing.beginPath();
      drawing.ellipse(
        left + Math.cos(angle) * distance * crown * (0.9 + 0.2 * Math.sin(angle * 5)),
        bottom - height * 0.66 * metre + Math.sin(angle) * distance * crown * 0.95,
        this.between(0.08, 0.3) * metre,
        this.between(0.08, 0.22) * metre,
        angle, 0, Math.PI * 2);
      drawing.fill();
    }
  }

  branch(x, y, angle, length, width, depth) {
    const { drawing } = this;
    const end = [x + Math.cos(angle) * length, y + Math.sin(angle) * length];
    drawing.strokeStyle = '#2d2720';
    drawing.lineWidth = Math.max(0.5, width);
    drawing.beginPath();
    drawing.moveTo(x, y);
    drawing.lineTo(...end);
    drawing.stroke();
    for (let i = 0; depth < 4 && i < 3; i++) {
      this.branch(...end, angle + this.between(-0.75, 0.75), length * this.between(0.55, 0.8), width * 0.6, depth + 1);
    }
  }

  lamp(x, z) {
    this.upright(x - 0.07, 0, z, 0.14, 5.6, '#2f3336');
    this.upright(x - 0.12, 0, z, 0.24, 1, '#2a2d30');
    this.upright(x - 0.05, 5.5, z, Math.sign(-x) * 1, 0.09, '#2f3336');
    this.upright(x + Math.sign(-x) * 0.6, 5.4, z, Math.sign(-x) * 0.5, 0.14, '#c8c6b8');
  }

  sign(x, z) {
    this.upright(x - 0.05, 0, z, 0.1, 2.9, '#6c7073');
    this.ellipse(x, 2.75, z, 0.4, 0.4, '#9a1c1f');
    this.ellipse(x, 2.75, z, 0.29, 0.29, '#d9d9d4');
    this.upright(x - 0.3, 1.7, z, 0.6, 0.5, '#23508c');
  }

  car(x, z, colour) {
    const left = x - 0.85;
    this.ellipse(x, 0.02, z, 1.05, 0.14, '#0d0e10d0');
    for (const wheel of [left + 0.05, left + 1.4]) {
      this.upright(wheel, 0, z, 0.25, 0.5, '#101113');
    }

    this.polygon([[left + 0.16, 0.85, z], [left + 1.54, 0.85, z], [left + 1.3, 1.42, z], [left + 0.4, 1.42, z]], colour);
    this.polygon([[left + 0.27, 0.88, z], [left + 1.43, 0.88, z], [left + 1.22, 1.34, z], [left + 0.48, 1.34, z]], '#20262c');
    this.polygon([[left + 0.5, 1.1, z], [left + 0.9, 0.9, z], [left + 1.3, 1.28, z], [left + 1, 1.33, z]], '#66727b70');
    this.upright(left, 0.28, z, 1.7, 0.6, colour);
    this.upright(left, 0.28, z, 1.7, 0.18, this.shade(colour, -0.35));
    this.upright(left + 0.05, 0.8, z, 1.6, 0.07, this.shade(colour, 0.45));
    this.upright(left + 0.06, 0.58, z, 0.28, 0.17, '#b3352c');
    this.upright(left + 1.36, 0.58, z, 0.28, 0.17, '#b3352c');
    this.upright(left + 0.58, 0.45, z, 0.54, 0.13, '#d6c872');
    this.upright(left + 0.05, 0.24, z, 1.6, 0.09, '#17181a');
  }

  pedestrian(x, z, coat, trousers) {
    this.ellipse(x, 0.02, z, 0.3, 0.06, '#0d0e10b0');
    this.upright(x - 0.19, 0, z, 0.16, 0.85, trousers);
    this.upright(x + 0.03, 0, z, 0.16, 0.82, this.shade(trousers, -0.2));
    this.polygon([[x - 0.24, 0.75, z], [x + 0.24, 0.75, z], [x + 0.22, 1.48, z], [x - 0.22, 1.48, z]], coat);
    this.upright(x - 0.32, 0.8, z, 0.11, 0.65, this.shade(coat, -0.2));
    this.upright(x + 0.21, 0.8, z, 0.11, 0.65, this.shade(coat, -0.2));
    this.ellipse(x, 1.62, z, 0.11, 0.14, '#a97f68');
    this.ellipse(x, 1.69, z, 0.12, 0.09, '#2a211c');
  }

  cyclist(x, z, coat, trousers) {
    this.ellipse(x, 0.02, z, 0.3, 0.06, '#0d0e10b0');
    this.upright(x - 0.04, 0, z, 0.08, 0.68, '#141517');
    this.upright(x - 0.28, 0.95, z, 0.56, 0.06, '#202226');
    this.polygon([[x - 0.2, 0.95, z], [x - 0.02, 0.95, z], [x - 0.08, 0.3, z], [x - 0.2, 0.3, z]], trousers);
    this.polygon([[x + 0.2, 0.95, z], [x + 0.02, 0.95, z], [x + 0.08, 0.15, z], [x + 0.2, 0.15, z]], this.shade(trousers, 0.15));
    this.polygon([[x - 0.22, 0.85, z], [x + 0.22, 0.85, z], [x + 0.25, 1.5, z], [x - 0.25, 1.5, z]], coat);
    this.polygon([[x - 0.25, 1.45, z], [x - 0.36, 1, z], [x - 0.26, 0.98, z], [x - 0.16, 1.4, z]], this.shade(coat, -0.2));
    this.polygon([[x + 0.25, 1.45, z], [x + 0.36, 1, z], [x + 0.26, 0.98, z], [x + 0.16, 1.4, z]], this.shade(coat, -0.2));
    this.ellipse(x, 1.64, z, 0.11, 0.14, '#9c7460');
    this.ellipse(x, 1.7, z, 0.14, 0.1, '#1d1f22');
    this.upright(x - 0.05, 0.6, z, 0.1, 0.1, '#b3352c');
  }

  // Lighter above 0, darker below.
  shade(colour, amount) {
    const to = amount > 0 ? 255 : 0;
    return `rgb(${[1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16)).map(value => value + (to - value) * Math.abs(amount)).join(' ')})`;
  }

  // What a lens and a sensor add: softness and grain.
  finish() {
    const { drawing } = this;
    const copy = new OffscreenCanvas(WIDTH, HEIGHT);
    copy.getContext('2d').drawImage(drawing.canvas, 0, 0);
    drawing.filter = 'blur(0.7px)';
    drawing.drawImage(copy, 0, 0);
    const image = drawing.getImageData(0, 0, WIDTH, HEIGHT);
    for (let i = 0; i < image.data.length; i += 4) {
      // Asphalt has more of it; without, networks take a plain road for a car's roof.
      const grain = this.between(-1, 1) * (i < WIDTH * 4 * 205 ? 0.5 : 6);
      for (let channel = 0; channel < 3; channel++) {
        image.data[i + channel] += grain;
      }
    }

    drawing.putImageData(image, 0, 0);
  }
}

// Marsaglia's xorshift (2003) with 32 bits: the same picture from the same name, everywhere.
function randomFrom(name) {
  let state = [...name].reduce((sum, letter) => Math.imul(sum, 31) + letter.codePointAt(0) | 0, 7);
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
